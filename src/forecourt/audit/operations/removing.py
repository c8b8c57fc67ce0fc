"""Removing what retention allows, run by run, each replaced by a signed tombstone, so that the chain can still be proved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from forecourt.access import Actor
from forecourt.audit import rules, signing
from forecourt.audit.models import Chain, Stream

AT_ONCE = 5000  # events of one transaction
CANDIDATES = """
SELECT id, sequence, hash, occurred_at < %(at)s - make_interval(months => audit_kept_months(entity_type, %(months)s))
FROM audit_event WHERE organisation_id {where} AND id > %(after)s AND id <= %(sent)s AND occurred_at < %(at)s - make_interval(months => %(months)s)
ORDER BY id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class _Run:
    """Events of a chain without a gap between them, all old enough."""

    first: int
    last: int
    first_id: int
    last_id: int
    hash: bytes


def remove_old(*, actor: Actor, at: datetime) -> int:
    """
    Remove every event that is older than its organisation keeps it; how many. What a stream has still to send stays.

    A transaction for each run, so that a crash leaves a chain that holds. Not beside itself (the job has a lock; the database
    refuses the second).
    """
    removed = sum(_remove_of(chain, at) for chain in Chain.objects.order_by("pk").values_list("pk", flat=True))
    if removed:
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_drop_empty_partitions()")
    return removed


def _remove_of(chain: int, at: datetime) -> int:
    removed = 0
    for run in _runs(chain, at):
        _remove(chain, run, at)
        removed += run.last - run.first + 1
    return removed


def _runs(chain: int, at: datetime) -> Iterator[_Run]:
    """Events that are kept (money) part them."""
    where = "IS NULL" if chain == rules.NOBODYS else f"= {chain:d}"
    params: dict[str, Any] = {"at": at, "months": _months(chain), "after": 0, "sent": _sent(chain), "limit": AT_ONCE}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CANDIDATES.format(where=where), params)
            rows = cursor.fetchall()
        open_run: _Run | None = None
        for id, sequence, hash, is_old in rows:
            if open_run and is_old and sequence == open_run.last + 1:
                open_run = _Run(open_run.first, sequence, open_run.first_id, id, bytes(hash))
                continue
            if open_run:
                yield open_run
            open_run = _Run(sequence, sequence, id, id, bytes(hash)) if is_old else None
        if open_run:
            yield open_run
        if len(rows) < AT_ONCE:
            return
        params["after"] = rows[-1][0]


@transaction.atomic
def _remove(chain: int, run: _Run, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_hash_at(%s, %s, %s)", [chain, run.first - 1, run.first_id])
        before = bytes(cursor.fetchone()[0])
        signature = signing.sign(rules.tombstone_text(chain, run.first, run.last, before, run.hash, at))
        cursor.execute(
            "SELECT audit_remove(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [chain, run.first, run.last, run.first_id, run.last_id, before, run.hash, at, signature],
        )


def _months(chain: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_months_of(%s)", [chain])
        return int(cursor.fetchone()[0])


def _sent(chain: int) -> int:
    """Up to which id every stream that is on has everything."""
    cursors = Stream.objects.filter(is_on=True, organisation_id__in=[chain]) | Stream.objects.filter(is_on=True, organisation_id=None)
    return min(cursors.values_list("cursor", flat=True), default=2**62)
