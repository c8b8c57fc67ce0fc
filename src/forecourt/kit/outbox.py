"""Draining the outbox: events go to their reactions in batches; a poison row is set aside and holds up nobody."""

import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import F

from forecourt.kit.errors import DomainError
from forecourt.kit.events import Event, Reaction, reaction_for
from forecourt.kit.models import OutboxRow
from forecourt.kit.operations import acting

BATCH = 500
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


def waiting_reactions() -> list[str]:
    """The reactions that have something to do."""
    rows = OutboxRow.objects.filter(set_aside_at=None).order_by().values_list("reaction", flat=True).distinct()
    return sorted(rows)


def drain(reaction: str, *, at: datetime, limit: int = BATCH) -> int:
    """
    Give up to `limit` waiting events to one reaction; how many rows were taken.

    In one transaction the rows are claimed (`SKIP LOCKED`, so that drains run beside each other), applied and deleted:
    a crash in the middle leaves them waiting. A batch that fails is halved until the row that fails stands alone.
    """
    with acting(None):
        rows = list(
            OutboxRow.objects.select_for_update(skip_locked=True).filter(reaction=reaction, set_aside_at=None).order_by("id")[:limit]
        )
        if rows:
            _apply(rows, at=at)
    return len(rows)


def _apply(rows: Sequence[OutboxRow], *, at: datetime) -> None:
    try:
        with transaction.atomic():
            for function, events in _grouped(rows).items():
                function(events)
    except OperationalError:  # a deadlock, a lost connection: the whole drain is tried again
        raise
    except Exception as error:
        if len(rows) == 1:
            _set_aside(rows[0], error, at=at)
            return
        middle = len(rows) // 2
        _apply(rows[:middle], at=at)
        _apply(rows[middle:], at=at)
    else:
        OutboxRow.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _grouped(rows: Sequence[OutboxRow]) -> dict[Reaction, list[Event]]:
    """Events by reaction function; a reaction may listen to several kinds."""
    grouped: dict[Reaction, list[Event]] = {}
    for row in rows:
        event, function = reaction_for(row.kind, row.reaction)
        grouped.setdefault(function, []).append(event.parse(row.payload))
    return grouped


def _set_aside(row: OutboxRow, error: Exception, *, at: datetime) -> None:
    said = error.message if isinstance(error, DomainError) else "".join(traceback.format_exception(error, limit=-4))
    OutboxRow.objects.filter(pk=row.pk).update(set_aside_at=at, error=said[:4000], attempts=F("attempts") + 1)


def retry(*, ids: Sequence[int] | None = None) -> int:
    """Put set-aside rows back among the waiting ones (all, or these); how many."""
    rows = OutboxRow.objects.filter(set_aside_at__isnull=False)
    return (rows if ids is None else rows.filter(pk__in=ids)).update(set_aside_at=None)


def retry_due(*, at: datetime) -> int:
    """Put back rows that were set aside long enough ago: after 1 minute, 10 minutes, 1, 6 and 24 hours; then only by hand."""
    return sum(
        OutboxRow.objects.filter(attempts=attempts, set_aside_at__lte=at - pause).update(set_aside_at=None)
        for attempts, pause in enumerate(RETRY_AFTER, start=1)
    )
