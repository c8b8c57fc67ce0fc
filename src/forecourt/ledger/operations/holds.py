"""Holding money for a charge that is about to run, and giving it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from forecourt.kit.operations import operation
from forecourt.ledger import queries, rules
from forecourt.ledger.operations import posting
from forecourt.ledger.queries import WalletFacts
from forecourt.ledger.rules import Hold, Leg, NewEntry

_INSERT = """
INSERT INTO ledger_hold (key, wallet_id, funds_minor, credit_minor, held_at)
SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
"""

_CLAIM = """
WITH mine AS (
  SELECT key FROM ledger_hold WHERE key = ANY(%s) AND released_at IS NULL ORDER BY key FOR UPDATE
)
UPDATE ledger_hold h SET released_at = %s, funds_minor = 0, credit_minor = 0, releases = h.releases + 1
FROM mine, ledger_hold old WHERE h.key = mine.key AND old.key = h.key
RETURNING h.key, h.wallet_id, old.funds_minor, old.credit_minor, h.releases
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A hold that is about to be given back. Minor units of the wallet's currency."""

    key: str
    number: int
    funds_minor: int
    credit_minor: int
    currency: str
    funds_id: int
    credit_id: int
    reserved_id: int

    def entry(self, at: datetime) -> NewEntry:
        """The entry that gives it back: reserved → funds and credit."""
        total = self.funds_minor + self.credit_minor
        legs = rules.legs(
            Leg(self.reserved_id, -total, self.currency),
            Leg(self.funds_id, self.funds_minor, self.currency),
            Leg(self.credit_id, self.credit_minor, self.currency),
        )
        return NewEntry(f"release:{self.key}:{self.number}", "release", legs, at)


@operation
def hold_many(holds: Sequence[Hold], *, at: datetime) -> list[bool]:
    """
    Hold money for each key: from credit first, then funds, to reserved. True where it is held; False, and nothing moved,
    where credit and funds do not cover it. A wallet that may go below zero (operator, `operator_transaction`, `invoice`) always does.

    A key that is held already, or was, says True and moves nothing. Runs beside itself: the wallets' accounts are locked
    in the order of `posting`, and what is left is counted under the lock.
    """
    if not holds:
        return []
    facts = queries.wallet_facts(hold.wallet_id for hold in holds)
    left = posting.lock_balances(id for wallet in facts.values() for id in (wallet.credit_id, wallet.reserved_id))
    left |= posting.lock_balances(wallet.funds_id for wallet in facts.values())
    done = _known(holds)
    answers, taken = [], []
    for hold in holds:
        if hold.key not in done and (part := _take(hold, facts[hold.wallet_id], left)) is not None:
            done.add(hold.key)
            taken.append((hold, part))
        answers.append(hold.key in done)
    _write(taken, facts, at=at)
    return answers


@operation
def release_holds(keys: Sequence[str], *, at: datetime) -> None:
    """
    Give back whatever is still held under these keys. Keys that hold nothing are passed over.

    Runs beside itself: the rows are claimed by a conditional update.
    """
    claimed = claim(keys, at=at)
    posting.post_many(entries_back(claimed, at=at), at=at)


def claim(keys: Sequence[str], *, at: datetime) -> dict[str, Claimed]:
    """Mark these holds released and return what they held. The caller posts `entries_back` in the same transaction."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [list(keys), at])
        rows = cursor.fetchall()
    facts = queries.wallet_facts(wallet_id for _key, wallet_id, *_rest in rows) if rows else {}
    return {key: _claimed(facts[wallet_id], key, number, funds, credit) for key, wallet_id, funds, credit, number in rows}


def entries_back(claimed: Mapping[str, Claimed], *, at: datetime) -> list[NewEntry]:
    return [one.entry(at) for one in claimed.values() if one.funds_minor + one.credit_minor]


def _claimed(wallet: WalletFacts, key: str, number: int, funds: int, credit: int) -> Claimed:
    return Claimed(key, number, funds, credit, wallet.currency, wallet.funds_id, wallet.credit_id, wallet.reserved_id)


def _known(holds: Sequence[Hold]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM ledger_hold WHERE key = ANY(%s)", [[hold.key for hold in holds]])
        return {key for (key,) in cursor.fetchall()}


def _take(hold: Hold, wallet: WalletFacts, left: dict[int, int]) -> tuple[int, int] | None:
    """(from funds, from credit), taken off what is left; None where it is not covered."""
    credit = max(0, min(hold.minor, left[wallet.credit_id]))
    funds = hold.minor - credit
    if funds > left[wallet.funds_id] and funds and not wallet.may_go_negative:
        return None
    left[wallet.credit_id] -= credit
    left[wallet.funds_id] -= funds
    return funds, credit


def _write(taken: Sequence[tuple[Hold, tuple[int, int]]], facts: Mapping[int, WalletFacts], *, at: datetime) -> None:
    if not taken:
        return
    rows = [(hold.key, hold.wallet_id, funds, credit, at) for hold, (funds, credit) in taken]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
    entries = [_entry(hold, facts[hold.wallet_id], funds, credit, at) for hold, (funds, credit) in taken if hold.minor]
    posting.post_many(entries, at=at)


def _entry(hold: Hold, wallet: WalletFacts, funds: int, credit: int, at: datetime) -> NewEntry:
    legs = rules.legs(
        Leg(wallet.funds_id, -funds, wallet.currency),
        Leg(wallet.credit_id, -credit, wallet.currency),
        Leg(wallet.reserved_id, hold.minor, wallet.currency),
    )
    return NewEntry(f"hold:{hold.key}", "hold", legs, at)
