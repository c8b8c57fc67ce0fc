"""Charge points as a start needs them: who owns them, what they cost, where they stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from forecourt.charging.queries.sql import rows
from forecourt.charging.rules.authorization import PointFacts


class PointRow(NamedTuple):
    """`country_id` falls back: charge point, site, team, operator, and at last a country of the operator's currency."""

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
    is_private: bool
    is_free: bool
    max_w: int
    price_group_id: int | None
    cost_group_id: int | None
    ocpp_status: str | None
    ocpp_status_at: datetime | None
    active_at: datetime | None
    maintenance_at: datetime | None

    def facts(self, reserved_for_team_id: int | None = None) -> PointFacts:
        return PointFacts(
            self.id,
            self.organisation_id,
            self.operator_id,
            self.team_id,
            self.country_id,
            self.is_private,
            reserved_for_team_id,
            self.active_at is not None,
            self.maintenance_at,
        )


_SELECT = """
SELECT cp.id, cp.station_id, cp.number, cp.organisation_id, cp.operator_id, cp.team_id, cp.site_id,
  COALESCE(cp.country_id, site.country_id, team.country_id, operator.country_id,
           (SELECT min(country.id) FROM places_country country WHERE country.currency_id = operator.currency_id)),
  cp.time_zone, currency.identifier, cp.visibility = 'private', cp.is_free, cp.max_w, cp.price_group_id, cost.id,
  cp.ocpp_status, cp.ocpp_status_at, cp.active_at, cp.maintenance_at
FROM network_chargepoint cp
JOIN operators_operator operator ON operator.id = cp.operator_id
JOIN teams_team team ON team.id = cp.team_id
JOIN places_currency currency ON currency.id = team.currency_id
LEFT JOIN network_site site ON site.id = cp.site_id
LEFT JOIN pricing_pricegroup cost ON cost.id = cp.cost_group_id AND cost.deleted_at IS NULL
"""
_AT_STATIONS = """
WHERE cp.deleted_at IS NULL AND (cp.station_id, cp.number) IN (SELECT * FROM unnest(%s::bigint[], %s::int[]))
ORDER BY cp.id FOR NO KEY UPDATE OF cp
"""


def points_at(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], PointRow]:
    """
    The living charge points at these (station, number) pairs, locked in id order: two starts on one wait for each other.
    """
    wanted = sorted(set(pairs))
    found = rows(
        PointRow,
        _SELECT + _AT_STATIONS,
        [[station for station, _ in wanted], [number for _, number in wanted]],
    )
    return {(point.station_id or 0, point.number or 0): point for point in found}


def point(charge_point_id: int) -> PointRow | None:
    """One charge point, locked; None if it was deleted."""
    found = rows(PointRow, _SELECT + "WHERE cp.deleted_at IS NULL AND cp.id = %s FOR NO KEY UPDATE OF cp", [charge_point_id])
    return found[0] if found else None


def points_of_stations(station_ids: Sequence[int]) -> dict[int, list[PointRow]]:
    """The living charge points of stations, not locked: an Authorize names no connector."""
    found: dict[int, list[PointRow]] = {}
    for row in rows(PointRow, _SELECT + "WHERE cp.deleted_at IS NULL AND cp.station_id = ANY(%s) ORDER BY cp.id", [list(station_ids)]):
        found.setdefault(row.station_id or 0, []).append(row)
    return found
