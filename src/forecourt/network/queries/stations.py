"""Stations for lists: the boxes with the sockets, with or without charge points."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from forecourt.access import Scope
from forecourt.network.models import ChargePoint, Station, StationLink
from forecourt.network.queries.charge_points import COUNT_LIMIT, whole

STATES = ("connected", "disconnected", "pending")
_OF_STATE = {
    "connected": Q(link__gateway_id__isnull=False),
    "disconnected": Q(link__gateway_id=None, link__disconnected_at__isnull=False),
    "pending": Q(link=None) | Q(link__gateway_id=None, link__disconnected_at=None),
}


@dataclass(frozen=True, slots=True)
class StationFilter:
    """What the list is narrowed by. `search` looks into identity, serial number and what the station says of itself."""

    search: str = ""
    states: tuple[str, ...] = ()
    team_id: int | None = None
    is_unused: bool = False

    @classmethod
    def parse(cls, given: Any) -> "StationFilter":
        """From a query string; what makes no sense is left out."""
        return cls(
            search=given.get("q", "").strip()[:120],
            states=tuple(state for state in given.getlist("state") if state in STATES),
            team_id=whole(given.get("team")),
            is_unused=given.get("used") == "no",
        )

    def narrow(self, rows: Any) -> Any:
        rows = rows.filter(deleted_at=None)
        if self.search:
            columns = ("identity", "serial_number", "reported_vendor", "reported_model", "firmware_version")
            found = Q()
            for column in columns:
                found |= Q(**{f"{column}__icontains": self.search})
            rows = rows.filter(found)
        if self.team_id:
            rows = rows.filter(team_id=self.team_id)
        if self.is_unused:
            rows = rows.filter(~Exists(ChargePoint.objects.filter(station=OuterRef("pk"), deleted_at=None)))
        if self.states:
            chosen = Q(pk__in=())
            for state in self.states:
                chosen |= _OF_STATE[state]
            rows = rows.filter(chosen)
        return rows


@dataclass(frozen=True, slots=True)
class StationRow:
    """One line; `state` as `link_state`. `points` are ids, numbers and names."""

    id: int
    identity: str
    organisation_id: int
    operator_id: int
    team_id: int
    team: str
    reported_vendor: str | None
    reported_model: str | None
    serial_number: str | None
    firmware_version: str | None
    last_message_at: datetime | None
    state: str
    points: tuple[tuple[int, int | None, str], ...]


_COLUMNS = (
    "id", "identity", "organisation_id", "operator_id", "team_id", "team__name", "reported_vendor", "reported_model", "serial_number",
    "firmware_version", "link__last_message_at", "link__gateway_id", "link__disconnected_at",
)  # fmt: skip


def station_rows(scope: Scope, *, filters: StationFilter, limit: int, offset: int = 0) -> list[StationRow]:
    """The living stations in scope, newest first."""
    rows = filters.narrow(Station.objects.all()).newest_within(scope, limit=limit, offset=offset)
    return _rows(list(rows.values_list(*_COLUMNS)))


def every_station_row(scope: Scope, *, filters: StationFilter) -> list[StationRow]:
    return _rows(list(filters.narrow(Station.objects.within(scope)).order_by("-id").values_list(*_COLUMNS)))


def station_count(scope: Scope, *, filters: StationFilter) -> int:
    count: int = filters.narrow(Station.objects.within(scope))[:COUNT_LIMIT].count()
    return count


def link_state(link: StationLink | None) -> str:
    """connected, disconnected, or pending: it never called."""
    return _state(link.gateway_id, link.disconnected_at) if link else "pending"


def _state(gateway_id: int | None, disconnected_at: datetime | None) -> str:
    return "connected" if gateway_id is not None else "disconnected" if disconnected_at is not None else "pending"


def _rows(rows: Sequence[tuple[Any, ...]]) -> list[StationRow]:
    points: defaultdict[int, list[tuple[int, int | None, str]]] = defaultdict(list)
    living = ChargePoint.objects.filter(station__in=[row[0] for row in rows], deleted_at=None).order_by("number")
    for station_id, id, number, name in living.values_list("station_id", "id", "number", "name"):
        points[station_id].append((id, number, name))
    return [_row(row, tuple(points[row[0]])) for row in rows]


def _row(columns: Sequence[Any], points: tuple[tuple[int, int | None, str], ...]) -> StationRow:
    *head, gateway_id, disconnected_at = columns
    return StationRow(*[*head, _state(gateway_id, disconnected_at), points])
