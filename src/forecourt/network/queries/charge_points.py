"""Charge points for lists, maps and their own page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from forecourt.access import Scope
from forecourt.network.models import ChargePoint, Command, Integration, State
from forecourt.network.models.sites import Visibility

COUNT_LIMIT = 20_001  # one more than a list counts to
MAP_LIMIT = 10_000
SORTS = {"name": ("name", "id"), "state": ("state", "name", "id"), "power": ("max_w", "id"), "since": ("state_since", "id")}


@dataclass(frozen=True, slots=True)
class ChargePointFilter:
    """What a list is narrowed by. `search` looks into name, EVSE id, identity and serial number of the station."""

    search: str = ""
    states: tuple[str, ...] = ()
    site_id: int | None = None
    team_id: int | None = None
    sort: str = ""

    @classmethod
    def parse(cls, given: Any) -> "ChargePointFilter":
        """From a query string; what makes no sense is left out."""
        return cls(
            search=given.get("q", "").strip()[:120],
            states=tuple(state for state in given.getlist("state") if state in State.values),
            site_id=whole(given.get("site")),
            team_id=whole(given.get("team")),
            sort=given.get("sort", "") if given.get("sort", "").lstrip("-") in SORTS else "",
        )

    def narrow(self, rows: Any, *, with_states: bool = True) -> Any:
        rows = rows.filter(deleted_at=None)
        if self.search:
            rows = rows.filter(
                Q(name__icontains=self.search)
                | Q(evse_id__icontains=self.search)
                | Q(station__identity__icontains=self.search)
                | Q(station__serial_number__icontains=self.search)
            )
        if self.site_id:
            rows = rows.filter(site_id=self.site_id)
        if self.team_id:
            rows = rows.filter(team_id=self.team_id)
        return rows.filter(state__in=self.states) if with_states and self.states else rows

    def order(self) -> tuple[str, ...]:
        sign = "-" if self.sort.startswith("-") else ""
        return tuple(f"{sign}{column}" for column in SORTS[self.sort.lstrip("-")])


@dataclass(frozen=True, slots=True)
class ChargePointRow:
    """One line of the list. Names of other tables' columns as the ORM spells them."""

    id: int
    name: str
    evse_id: str
    state: str
    state_since: datetime | None
    type: str
    max_w: int
    organisation_id: int
    operator_id: int
    team_id: int
    team: str
    site_id: int | None
    site: str | None
    identity: str | None
    serial_number: str | None
    last_message_at: datetime | None
    is_in_maintenance: bool


_COLUMNS = (
    "id", "name", "evse_id", "state", "state_since", "type", "max_w", "organisation_id", "operator_id", "team_id", "team__name", "site_id",
    "site__name", "station__identity", "station__serial_number", "station__link__last_message_at", "maintenance_at",
)  # fmt: skip


def charge_point_rows(scope: Scope, *, filters: ChargePointFilter, limit: int, offset: int = 0) -> list[ChargePointRow]:
    """The charge points in scope: newest first, or as the filter sorts."""
    if filters.sort:
        rows = filters.narrow(ChargePoint.objects.within(scope)).order_by(*filters.order())[offset : offset + limit]
    else:
        rows = filters.narrow(ChargePoint.objects.all()).newest_within(scope, limit=limit, offset=offset)
    return [_row(row) for row in rows.values_list(*_COLUMNS)]


def charge_point_count(scope: Scope, *, filters: ChargePointFilter) -> int:
    """How many, up to `COUNT_LIMIT`."""
    count: int = filters.narrow(ChargePoint.objects.within(scope))[:COUNT_LIMIT].count()
    return count


def state_counts(scope: Scope, *, filters: ChargePointFilter) -> dict[str, int]:
    """How many charge points are in each state, whatever states are chosen."""
    rows = filters.narrow(ChargePoint.objects.within(scope), with_states=False)
    return dict(rows.order_by().values_list("state").annotate(count=Count("id")))


def every_charge_point_row(scope: Scope, *, filters: ChargePointFilter) -> Iterator[ChargePointRow]:
    """All of them for an export, in the list's order, read in portions."""
    ordered = filters.narrow(ChargePoint.objects.within(scope)).order_by(*(filters.order() if filters.sort else ("-id",)))
    for row in ordered.values_list(*_COLUMNS).iterator(chunk_size=2000):
        yield _row(row)


def _row(columns: Sequence[Any]) -> ChargePointRow:
    values = [*columns[:-1], columns[-1] is not None]
    return ChargePointRow(*values)


@dataclass(frozen=True, slots=True)
class Place:
    """A charge point on the map, degrees."""

    id: int
    name: str
    state: str
    max_w: int
    latitude: float
    longitude: float


def charge_point_places(scope: Scope, *, filters: ChargePointFilter) -> list[Place]:
    """Where the charge points are: their own coordinates, else the site's. Those without any are left out."""
    rows = (
        filters.narrow(ChargePoint.objects.within(scope))
        .annotate(north=Coalesce("latitude", "site__latitude"), east=Coalesce("longitude", "site__longitude"))
        .filter(north__isnull=False)
        .order_by("id")[:MAP_LIMIT]
    )
    columns = rows.values_list("id", "name", "state", "max_w", "north", "east")
    return [Place(id, name, state, max_w, float(north), float(east)) for id, name, state, max_w, north, east in columns]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command as its progress is drawn."""

    id: int
    action: str
    payload: Mapping[str, Any]
    state: str
    answer: Mapping[str, Any] | None
    requested_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    requested_by: str


def command_rows(*, charge_point_id: int, station_id: int | None, limit: int = 50) -> list[CommandRow]:
    """The newest commands to a charge point and to its station as a whole."""
    mine = Q(charge_point_id=charge_point_id)
    if station_id is not None:
        mine |= Q(station_id=station_id, charge_point_id=None)
    rows = Command.objects.filter(mine).order_by("-id")[:limit]
    return [
        CommandRow(
            row.pk, row.action, row.payload, row.state, row.answer, row.requested_at, row.sent_at, row.answered_at,
            str((row.requested_by or {}).get("name", "")),
        )
        for row in rows
    ]  # fmt: skip


def integrations_of(charge_point_id: int) -> list[Integration]:
    """What it is and was connected by, newest first, with the stations."""
    return list(Integration.objects.filter(charge_point_id=charge_point_id).select_related("station").order_by("-id")[:50])


def whole(text: str | None) -> int | None:
    """A positive 64-bit number from a query string."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def public_operator_ids() -> list[int]:
    """The operators with a public charge point that is on the map: their names stand on it."""
    rows = ChargePoint.objects.filter(visibility=Visibility.PUBLIC, show_on_map=True, deleted_at=None)
    return list(rows.order_by().values_list("operator_id", flat=True).distinct())
