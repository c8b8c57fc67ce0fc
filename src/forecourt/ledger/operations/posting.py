"""
Writing entries and postings, and keeping the balances.

The order of locks, for every movement: holds by key, then the limited accounts (credit, reserved) by id, then the others
(funds) by id. A start that holds money and a settlement of the same payer would wait for each other otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from forecourt.kit.operations import operation
from forecourt.ledger import rules
from forecourt.ledger.operations.copying import copy_rows
from forecourt.ledger.rules import KeyReused, NewEntry, Overdrawn

_FIND = "SELECT key, id, request_hash, transaction_id FROM ledger_entry WHERE key = ANY(%s)"

_ENTRIES = """
INSERT INTO ledger_entry (key, request_hash, kind, transaction_id, occurred_at, recorded_at, booked_on)
SELECT * FROM unnest(%s::text[], %s::bytea[], %s::text[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::date[])
ON CONFLICT (key) DO NOTHING RETURNING key, id
"""

_POSTING = ("entry_id", "account_id", "minor", "currency")

_LOCK = "SELECT account_id, minor FROM account_balance WHERE account_id = ANY(%s) ORDER BY account_id FOR NO KEY UPDATE"

_ADD = """
UPDATE account_balance b SET minor = b.minor + g.minor
FROM unnest(%s::bigint[], %s::bigint[]) AS g(account_id, minor) WHERE b.account_id = g.account_id
"""


@operation
def post_many(entries: Sequence[NewEntry], *, at: datetime) -> list[int]:
    """
    Record balanced entries, all or none, and return their ids. An entry whose key and request hash are already recorded
    is returned unchanged.

    Runs beside itself: the unique key decides; limited accounts are locked first and in id order, the others only by the
    last statement, also in id order.

    :raises Unbalanced: if the legs of any entry do not sum to zero in every currency.
    :raises KeyReused: if a key is recorded with another request.
    :raises Overdrawn: if an account that may not go negative would.
    """
    for entry in entries:
        rules.check_balanced(entry)
    hashes = request_hashes((entry.key, entry.request()) for entry in entries)
    found = recorded(hashes)
    wanted = {entry.key: entry for entry in entries}
    new = [entry for key, entry in wanted.items() if key not in found]
    check_limits(new)
    ids = insert_entries(new, hashes, at=at)
    insert_postings([entry for entry in new if entry.key in ids], ids)
    found |= recorded({key: hashes[key] for key in hashes if key not in found and key not in ids})
    return [ids.get(entry.key) or found[entry.key][0] for entry in entries]


def request_hashes(requests: Iterable[tuple[str, Sequence[object]]]) -> dict[str, bytes]:
    """
    Key → hash of its request.

    :raises KeyReused: if a key stands twice with different requests.
    """
    hashes: dict[str, bytes] = {}
    for key, request in requests:
        digest = rules.request_hash(request)
        if hashes.setdefault(key, digest) != digest:
            raise KeyReused(f"The key {key} is used for two different requests.", key=key)
    return hashes


def recorded(hashes: Mapping[str, bytes]) -> dict[str, tuple[int, int | None]]:
    """
    The entries already recorded under these keys: key → (entry id, transaction id).

    :raises KeyReused: if one of them was another request.
    """
    if not hashes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [list(hashes)])
        rows = cursor.fetchall()
    for key, _id, digest, _transaction in rows:
        if bytes(digest) != hashes[key]:
            raise KeyReused(f"The key {key} is recorded with another request.", key=key)
    return {key: (id, transaction) for key, id, _digest, transaction in rows}


def insert_entries(entries: Iterable[NewEntry], hashes: Mapping[str, bytes], *, at: datetime) -> dict[str, int]:
    """Claim the keys: the ids of those that nobody had recorded. In key order, so that two batches cannot wait for each other."""
    rows = [_row(entry, hashes[entry.key], at) for entry in sorted(entries, key=lambda entry: entry.key)]
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [list(column) for column in zip(*rows, strict=True)])
        return dict(cursor.fetchall())


def _row(entry: NewEntry, digest: bytes, at: datetime) -> tuple[object, ...]:
    booked_on = entry.booked_on or rules.booked_on(entry.occurred_at, at, "UTC")
    return (entry.key, digest, entry.kind, entry.transaction_id, entry.occurred_at, at, booked_on)


def insert_postings(entries: Sequence[NewEntry], ids: Mapping[str, int]) -> None:
    """Write the legs of entries that were just inserted, and add them to the balances: the last statements of a post."""
    rows = [(ids[entry.key], leg.account_id, leg.minor, leg.currency) for entry in entries for leg in entry.legs]
    if not rows:
        return
    copy_rows("ledger_posting", _POSTING, rows)
    gains = rules.by_account(entries)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [list(gains)])
        cursor.execute(_ADD, [list(gains), list(gains.values())])


def lock_balances(account_ids: Iterable[int]) -> dict[int, int]:
    """Lock these accounts' balances in id order (FOR NO KEY UPDATE) and return them. Called for limited accounts alone."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(set(account_ids))])
        return dict(cursor.fetchall())


def check_limits(entries: Sequence[NewEntry]) -> None:
    """:raises Overdrawn: if an account that may not go below zero would. Its lock stays until the end."""
    gains = rules.by_account(entries)
    if not gains:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_account WHERE id = ANY(%s) AND is_limited", [list(gains)])
        limited = [id for (id,) in cursor.fetchall()]
    for account, minor in lock_balances(limited).items():  # those that rise too: all limited ones before all others
        if minor + gains[account] < 0:
            raise Overdrawn(f"Account {account} would go below zero.", account_id=account)
