"""The map (partner API §11.2 `get-charge-point-map`)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, Scope
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.limits import FAIR_USE
from forecourt.api.rows import Where
from forecourt.api.shapes import Coordinates, In, LocationOut, Out
from forecourt.network.api.places import ConnectorOut, is_own, or_published
from forecourt.network.api.point_rows import LATITUDE, LONGITUDE, POINTS, charge_point_json, public_fields
from forecourt.network.api.point_shapes import Deeplinks
from forecourt.network.api.sites import SITES, site_seen_by

router = Router(tags=["Charge points"])
MOST = 500  # markers of each kind; beyond, and from afar, they are clustered
CLUSTERED_BELOW = 8  # zoom
READ_MOST = 20_000
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
State = Literal["available", "busy", "error", "disconnected", "passive", "other"]
POINT_FIELDS = ("id", "siteId", "name", "visibility", "maxKW", "maxKw", "type", "note", "state", "location", "connectors", "deeplinks")
SITE_FIELDS = ("id", "name", "chargePointCount", "maxKW", "maxKw", "type", "visibility", "note", "location", "connectors")


class MapQuery(In):
    top_latitude: Latitude
    right_longitude: Longitude
    bottom_latitude: Latitude
    left_longitude: Longitude
    center_latitude: Latitude
    center_longitude: Longitude
    zoom: Annotated[float, Field(ge=1, le=15)]
    include_busy: bool = True
    include_all_operators: bool = False


class MapPoint(Out):
    id: int
    site_id: int | None
    name: str | None
    visibility: Literal["private", "public"]
    max_kw_legacy: Annotated[float | None, Field(alias="maxKW")]
    max_kw: float | None
    type: Literal["ac", "dc"] | None
    note: str | None
    state: State | None
    location: LocationOut
    connectors: list[ConnectorOut]
    deeplinks: Deeplinks


class MapSite(Out):
    id: int
    name: str
    charge_point_count: int
    max_kw_legacy: Annotated[float | None, Field(alias="maxKW")]
    max_kw: float | None
    type: Literal["ac", "dc"] | None
    visibility: Literal["private", "public"]
    note: str | None
    location: LocationOut
    connectors: list[ConnectorOut]


class MapCluster(Out):
    coordinates: Coordinates
    count: int


class MapOut(Out):
    charge_points: list[MapPoint]
    sites: list[MapSite]
    cluster: list[MapCluster]


@endpoint(router, "GET", "/charge-points/map", "get-charge-point-map", returns=MapOut, scope="map:read", policy=FAIR_USE)
def get_map(request: ApiRequest, query: Query[MapQuery]) -> dict[str, Any]:
    """
    Get what lies in a rectangle: sites, charge points without a site, and from afar clusters of both.

    `includeAllOperators` adds other operators' public ones.
    """
    points = _points(request, query)
    sites = _sites(request, query)
    if query.zoom < CLUSTERED_BELOW or len(points) > MOST or len(sites) > MOST:
        return {"chargePoints": [], "sites": [], "cluster": _clusters((*points, *sites), query.zoom)}
    return {"chargePoints": points, "sites": sites, "cluster": []}


def _inside(query: MapQuery, latitude: str, longitude: str) -> Where:
    where = Where().living(False).add(f"{latitude} BETWEEN %s AND %s", query.bottom_latitude, query.top_latitude)
    if query.left_longitude <= query.right_longitude:
        return where.add(f"{longitude} BETWEEN %s AND %s", query.left_longitude, query.right_longitude)
    return where.add(f"({longitude} >= %s OR {longitude} <= %s)", query.left_longitude, query.right_longitude)  # across the date line


def _reached(request: ApiRequest, query: MapQuery, where: Where, needs: Permission, extra: str) -> tuple[Scope, Where]:
    scope = request.actor.scope(needs)
    return or_published(scope, where, extra) if query.include_all_operators else (scope, where)


def _points(request: ApiRequest, query: MapQuery) -> list[dict[str, Any]]:
    where = _inside(query, LATITUDE, LONGITUDE).add("r.site_id IS NULL").add("r.show_on_map")
    if not query.include_busy:
        where.add("r.state NOT LIKE 'busy%%'")
    scope, where = _reached(request, query, where, Permission.CHARGE_POINT_READ, "r.active_at IS NOT NULL")
    own = request.actor.scope(Permission.CHARGE_POINT_READ)
    rows = POINTS.page(scope, where, limit=READ_MOST, offset=0)
    found = [charge_point_json(row) if is_own(row, own) else public_fields(charge_point_json(row)) for row in rows]
    return [{name: point[name] for name in POINT_FIELDS} | {"state": _state(point["state"])} for point in found]


def _sites(request: ApiRequest, query: MapQuery) -> list[dict[str, Any]]:
    where = _inside(query, "r.latitude", "r.longitude")
    if not query.include_busy:
        where.add(
            "EXISTS (SELECT 1 FROM network_chargepoint p WHERE p.site_id = r.id AND p.deleted_at IS NULL AND p.state NOT LIKE 'busy%%')"
        )
    scope, where = _reached(request, query, where, Permission.SITE_READ, "true")
    own = request.actor.scope(Permission.SITE_READ)
    found = [site_seen_by(own, row) for row in SITES.page(scope, where, limit=READ_MOST, offset=0)]
    return [{name: site[name] for name in SITE_FIELDS} for site in found]


def _state(state: str) -> str:
    """The map's shorter list of states."""
    return "busy" if state.startswith("busy") else "passive" if state == "maintenance" else state


def _clusters(markers: Iterable[dict[str, Any]], zoom: float) -> list[dict[str, Any]]:
    """One per cell of a grid that halves with each step of zoom; it stands at the middle of what it holds."""
    cells: dict[tuple[int, int], list[Any]] = {}
    size = 90 / 2**zoom
    for marker in markers:
        place = marker["location"]["coordinates"]
        cells.setdefault((int(float(place["latitude"]) // size), int(float(place["longitude"]) // size)), []).append(marker)
    return [{"coordinates": _middle(cell), "count": sum(marker.get("chargePointCount", 1) for marker in cell)} for cell in cells.values()]


def _middle(cell: list[Any]) -> dict[str, float]:
    places = [marker["location"]["coordinates"] for marker in cell]
    return {name: round(sum(float(place[name]) for place in places) / len(places), 6) for name in ("latitude", "longitude")}
