"""The states a charge point has been in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from forecourt.network.models import StatePeriod
from forecourt.network.rules import uptime


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One period; `until_at` is None for the one that lasts."""

    state: str
    cause: str
    from_at: datetime
    until_at: datetime | None


def history_rows(charge_point_id: int, *, limit: int = 100) -> list[HistoryRow]:
    """The newest periods, newest first."""
    rows = StatePeriod.objects.filter(charge_point_id=charge_point_id).order_by("-from_at", "-id")[:limit]
    return [HistoryRow(row.state, row.cause, row.from_at, row.until_at) for row in rows]


def uptimes(charge_point_id: int, *, days: tuple[int, ...], at: datetime) -> dict[int, Decimal | None]:
    """Uptime in percent over the last so many days, by number of days; one query."""
    first = at - timedelta(days=max(days))
    rows = StatePeriod.objects.filter(Q(until_at=None) | Q(until_at__gt=first), charge_point_id=charge_point_id, from_at__lt=at)
    periods = [(state, from_at, until_at or at) for state, from_at, until_at in rows.values_list("state", "from_at", "until_at")]
    return {length: _uptime(periods, at - timedelta(days=length), at) for length in days}


def _uptime(periods: list[tuple[str, datetime, datetime]], first: datetime, at: datetime) -> Decimal | None:
    cut = ((state, max(from_at, first), min(until_at, at)) for state, from_at, until_at in periods)
    return uptime((state, from_at, until_at) for state, from_at, until_at in cut if until_at > from_at)
