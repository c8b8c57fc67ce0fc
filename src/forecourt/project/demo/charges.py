"""Visits become charges: who drove, at what price, paid by whom; then written by COPY and settled by the product itself."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from forecourt.charging.rules.names import human_readable_id
from forecourt.identity.models import Person
from forecourt.network.models import ChargeKey, ChargePoint
from forecourt.pricing.models import PriceGroup
from forecourt.project.demo.history import Stretch, Visit
from forecourt.teams.models import Team

COLUMNS = (
    "id", "human_readable_id", "organisation_id", "operator_id", "team_id", "payer_organisation_id", "payer_operator_id", "payer_team_id",
    "person_id", "member_id", "station_id", "charge_point_id", "site_id", "type", "state", "start_source", "charge_key_id", "auth_type",
    "auth_id", "transaction_id", "cable_plugged_in_at", "started_at", "stopped_at", "fully_charged_at", "charging_ended_at", "released_at",
    "failed_at", "completed_at", "stop_recorded_at", "meter_start_wh", "meter_stop_wh", "meter_stop_reported_wh",
    "price_group_id", "price_version_id", "cost_version_id", "currency", "vat_rate", "country_id", "time_zone",
    "payment_method", "stop_reason", "failure_reason", "created_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Driver:
    """Somebody with a key of a team."""

    person: Person
    team: Team
    key: ChargeKey
    member_ids: dict[int, int]  # team → membership


@dataclass(slots=True)
class Place:
    """A charge point as charges need it."""

    point: ChargePoint
    public: PriceGroup
    member: PriceGroup
    cost: PriceGroup
    vat_rate: Decimal
    meter_wh: int


def charge_row(id: int, visit: Visit, place: Place, driver: Driver, seed: random.Random) -> tuple[Any, ...]:
    """One row in the order of `COLUMNS`: stopped and waiting to be settled, or failed and complete."""
    point, team = place.point, driver.team
    is_member = team.pk == point.team_id
    group = place.member if is_member else place.public
    start_wh, energy = place.meter_wh, sum(visit.wh)
    place.meter_wh += energy
    failed = visit.has_failed
    is_full = not failed and visit.ended_at < visit.stopped_at
    return (
        id, human_readable_id(id), point.organisation_id, point.operator_id, point.team_id, team.organisation_id, team.operator_id, team.pk,
        driver.person.pk, driver.member_ids.get(point.team_id) if is_member else None, point.station_id, point.pk, point.site_id,
        "operator" if team.operator_id == point.operator_id else "external", "completed" if failed else "stopped",
        "cpi-auth-token", driver.key.pk, "rfid", driver.key.identifier, None if failed else str(seed.randrange(1, 1 << 31)),
        visit.plugged_at, None if failed else visit.started_at, None if failed else visit.stopped_at, visit.ended_at if is_full else None,
        None if failed else visit.ended_at, visit.released_at, visit.started_at if failed else None, visit.released_at if failed else None,
        None if failed else visit.stopped_at, *((None,) * 3 if failed else (start_wh, start_wh + energy, start_wh + energy)),
        group.pk, group.current_version_id, place.cost.current_version_id, group.currency, place.vat_rate,
        point.country_id, point.time_zone, "team-has-fund", None if failed else seed.choice(("EVDisconnected", "EVDisconnected", "Local", "Remote")),
        seed.choice(("timeout", "insufficient-funds", "Preparing timed out")) if failed else None, visit.plugged_at, visit.released_at,
    )  # fmt: skip


def write_charges(rows: Sequence[tuple[Any, ...]]) -> None:
    _copy(f"charging_charge ({', '.join(COLUMNS)})", rows)


def write_energy(rows: Iterator[tuple[int, datetime, list[int]]]) -> None:
    _copy("charging_chargeenergy (charge_id, from_at, wh)", rows)


def write_stretches(rows: Iterator[tuple[int, Stretch]], *, until_at: datetime) -> None:
    """Up to today; from then on a charge point is disconnected until its station connects."""
    table = "charge_point_state_period (charge_point_id, state, cause, from_at, until_at)"
    _copy(table, _periods(rows, until_at))


def _periods(rows: Iterator[tuple[int, Stretch]], until_at: datetime) -> Iterator[tuple[Any, ...]]:
    points: dict[int, None] = {}
    for id, one in rows:
        points[id] = None
        yield id, one.state, one.cause, one.from_at, one.until_at
    yield from ((id, "disconnected", "connection lost", until_at, None) for id in points)


def _copy(table: str, rows: Any) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
