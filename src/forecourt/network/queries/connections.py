"""What the gateway and the charges need to know of stations and charge points, many at a time, in one statement."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from forecourt.network.models import Station


@dataclass(frozen=True, slots=True)
class ConnectingStation:
    """What decides whether a socket may open. `session` is the last link's."""

    id: int
    identity: str
    password_hash: bytes | None
    protocol: str
    organisation_id: int
    operator_id: int
    team_id: int
    time_zone: str
    session: int | None


_CONNECTING = """
SELECT station.id, station.identity, station.password_hash, station.protocol, station.organisation_id, station.operator_id,
       station.team_id, station.time_zone, link.session
FROM network_station station LEFT JOIN network_stationlink link ON link.station_id = station.id
WHERE station.identity = ANY(%s) AND station.deleted_at IS NULL
"""


def station_for_connection(identity: str) -> ConnectingStation | None:
    """The living station with this identity (its case counts)."""
    return stations_for_connection([identity]).get(identity)


def stations_for_connection(identities: Iterable[str]) -> dict[str, ConnectingStation]:
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTING, [list(identities)])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    found = (ConnectingStation(id, identity, None if hash is None else bytes(hash), *rest) for id, identity, hash, *rest in rows)
    return {row.identity: row for row in found}


def deleted_stations(station_ids: Collection[int]) -> list[int]:
    """Which of these stations are deleted."""
    return list(Station.objects.filter(pk__in=station_ids).exclude(deleted_at=None).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class ServedChargePoint:
    """
    A charge point as a charge needs it. Country and time zone fall back to the site's, then the team's and the operator's.
    """

    id: int
    station_id: int | None
    number: int | None
    organisation_id: int
    operator_id: int
    team_id: int
    site_id: int | None
    country_id: int
    time_zone: str
    currency: str
    visibility: str
    is_free: bool
    price_group_id: int | None
    cost_group_id: int | None
    max_w: int
    reports_release: bool
    state: str
    ocpp_status: str | None
    is_cable_plugged_in: bool
    last_meter_wh: int | None
    is_connected: bool
    name: str


_SERVED = """
SELECT cp.id, cp.station_id, cp.number, cp.organisation_id, cp.operator_id, cp.team_id, cp.site_id,
       coalesce(cp.country_id, site.country_id, team.country_id, operator.country_id), cp.time_zone, currency.identifier,
       cp.visibility, cp.is_free, cp.price_group_id, cp.cost_group_id, cp.max_w, coalesce(model.reports_release, true),
       cp.state, cp.ocpp_status, cp.is_cable_plugged_in, cp.last_meter_wh, link.gateway_id IS NOT NULL, cp.name
FROM network_chargepoint cp
JOIN teams_team team ON team.id = cp.team_id
JOIN operators_operator operator ON operator.id = cp.operator_id
JOIN places_currency currency ON currency.id = team.currency_id
LEFT JOIN network_site site ON site.id = cp.site_id
LEFT JOIN network_model model ON model.id = cp.model_id
LEFT JOIN network_stationlink link ON link.station_id = cp.station_id
"""


def charge_points_of(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], ServedChargePoint]:
    """The living charge points at these (station, number) pairs; a pair that has none is left out."""
    if not pairs:
        return {}
    station_ids, numbers = zip(*pairs, strict=True)
    wanted = (
        "JOIN unnest(%s::bigint[], %s::int[]) AS told(station_id, number) ON told.station_id = cp.station_id AND told.number = cp.number"
    )
    rows = _served(f"{_SERVED} {wanted} WHERE cp.deleted_at IS NULL", [list(station_ids), list(numbers)])
    return {(row.station_id, row.number): row for row in rows if row.station_id is not None and row.number is not None}


def charge_points_by_id(ids: Iterable[int]) -> dict[int, ServedChargePoint]:
    """Charge points by id, deleted ones too: an old charge still names them."""
    return {row.id: row for row in _served(f"{_SERVED} WHERE cp.id = ANY(%s)", [list(ids)])}


def _served(sql: str, parameters: list[Any]) -> list[ServedChargePoint]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [ServedChargePoint(*row) for row in cursor.fetchall()]
