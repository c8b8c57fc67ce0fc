"""Sites for lists, maps and their own page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from forecourt.access import Scope
from forecourt.network.models import Site
from forecourt.network.queries.charge_points import COUNT_LIMIT, whole

IN_USE = ("busy", "busy-blocked", "busy-charging", "busy-non-charging", "busy-non-released", "busy-reserved", "busy-scheduled")
NOT_WORKING = ("error", "disconnected", "maintenance")
_SORTS = {"name": ("name", "id"), "city": ("city", "name", "id")}


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """What the list is narrowed by. `search` looks into name, street, postcode and city."""

    search: str = ""
    team_id: int | None = None
    sort: str = ""

    @classmethod
    def parse(cls, given: Any) -> "SiteFilter":
        sort = given.get("sort", "")
        return cls(given.get("q", "").strip()[:120], whole(given.get("team")), sort if sort.lstrip("-") in _SORTS else "")

    def narrow(self, rows: Any) -> Any:
        rows = rows.filter(deleted_at=None)
        if self.search:
            rows = rows.filter(
                Q(name__icontains=self.search)
                | Q(address1__icontains=self.search)
                | Q(zip_code__istartswith=self.search)
                | Q(city__icontains=self.search)
            )
        return rows.filter(team_id=self.team_id) if self.team_id else rows


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One line: the site and how its charge points are."""

    id: int
    name: str
    address1: str
    city: str
    visibility: str
    organisation_id: int
    operator_id: int
    team_id: int
    team: str
    latitude: Any
    longitude: Any
    charge_points: int = 0
    available: int = 0
    in_use: int = 0
    not_working: int = 0


_COLUMNS = (
    "id", "name", "address1", "city", "visibility", "organisation_id", "operator_id", "team_id", "team__name", "latitude", "longitude",
)  # fmt: skip


def site_rows(scope: Scope, *, filters: SiteFilter, limit: int, offset: int = 0) -> list[SiteRow]:
    """The sites in scope, newest first or sorted, with counts of their charge points. Two queries."""
    if filters.sort:
        sign = "-" if filters.sort.startswith("-") else ""
        order = [f"{sign}{column}" for column in _SORTS[filters.sort.lstrip("-")]]
        rows = filters.narrow(Site.objects.within(scope)).order_by(*order)[offset : offset + limit]
    else:
        rows = filters.narrow(Site.objects.all()).newest_within(scope, limit=limit, offset=offset)
    return _counted(list(rows.values_list(*_COLUMNS)))


def every_site_row(scope: Scope, *, filters: SiteFilter) -> Iterator[SiteRow]:
    """All of them for an export or the map, in portions."""
    ids = list(filters.narrow(Site.objects.within(scope)).order_by("-id").values_list("id", flat=True))
    for first in range(0, len(ids), 1000):
        yield from _counted(list(Site.objects.filter(pk__in=ids[first : first + 1000]).order_by("-id").values_list(*_COLUMNS)))


def site_count(scope: Scope, *, filters: SiteFilter) -> int:
    count: int = filters.narrow(Site.objects.within(scope))[:COUNT_LIMIT].count()
    return count


def site_counts(ids: list[int]) -> dict[int, tuple[int, int, int, int]]:
    """Per site: charge points, available, in use, not working."""
    living = Q(charge_points__deleted_at=None)
    rows = (
        Site.objects.filter(pk__in=ids)
        .order_by()
        .values("id")
        .annotate(
            every=Count("charge_points", filter=living),
            available=Count("charge_points", filter=living & Q(charge_points__state="available")),
            in_use=Count("charge_points", filter=living & Q(charge_points__state__in=IN_USE)),
            not_working=Count("charge_points", filter=living & Q(charge_points__state__in=NOT_WORKING)),
        )
    )
    return {row["id"]: (row["every"], row["available"], row["in_use"], row["not_working"]) for row in rows}


def _counted(rows: list[tuple[Any, ...]]) -> list[SiteRow]:
    counts = site_counts([row[0] for row in rows]) if rows else {}
    return [_site_row([*row, *counts[row[0]]]) for row in rows]


def _site_row(columns: Sequence[Any]) -> SiteRow:
    return SiteRow(*columns)
