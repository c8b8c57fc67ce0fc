"""Charges as stations' messages need them: narrow rows, locked in id order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from forecourt.charging.queries.sql import fetched, rows

Name = tuple[int, str]  # (station, transaction)


class Recorded(NamedTuple):
    """A start that is already stored."""

    station_id: int
    fingerprint: bytes
    id: int
    transaction_id: str
    auth_status: str


def recorded_starts(starts: Iterable[tuple[int, bytes]]) -> dict[tuple[int, bytes], Recorded]:
    """The charges that these (station, fingerprint) pairs have already started."""
    wanted = sorted(set(starts))
    found = rows(
        Recorded,
        """SELECT station_id, start_fingerprint, id, transaction_id, COALESCE(auth_status, 'Accepted') FROM charging_charge
           WHERE start_fingerprint IS NOT NULL
             AND (station_id, start_fingerprint) IN (SELECT * FROM unnest(%s::bigint[], %s::bytea[]))""",
        [[station for station, _ in wanted], [fingerprint for _, fingerprint in wanted]],
    )
    return {(row.station_id, bytes(row.fingerprint)): row for row in found}


class OpenCharge(NamedTuple):
    """A charge that its charge point has not let go of."""

    id: int
    charge_point_id: int
    state: str
    remote_id_tag: str | None
    payer_team_id: int | None
    started_at: datetime | None
    stopped_at: datetime | None
    released_at: datetime | None
    meter_start_wh: int | None
    charging_ended_at: datetime | None
    price_version_id: int | None
    expires_at: datetime | None

    @property
    def is_running(self) -> bool:
        return self.started_at is not None and self.stopped_at is None

    @property
    def is_given_up(self) -> bool:
        """It had failed when its station started it after all."""
        return self.state == "completed"


def open_charges(charge_point_ids: Sequence[int]) -> list[OpenCharge]:
    """
    What is neither completed nor released on these charge points, locked in id order; oldest first.

    What is released has nothing to do with the point any more: it is billing's, and a start does not wait for that.
    """
    return rows(
        OpenCharge,
        f"""SELECT {", ".join(OpenCharge._fields)} FROM charging_charge
           WHERE charge_point_id = ANY(%s) AND state <> 'completed' AND state <> 'released' ORDER BY id FOR NO KEY UPDATE""",  # noqa: S608
        [list(charge_point_ids)],
    )


class StoppableCharge(NamedTuple):
    """A charge that a station names."""

    station_id: int
    transaction_id: str
    id: int
    charge_point_id: int
    max_w: int
    state: str
    started_at: datetime
    stopped_at: datetime | None
    completed_at: datetime | None
    stop_reason: str | None
    meter_start_wh: int
    meter_stop_wh: int | None
    charging_ended_at: datetime | None
    price_version_id: int | None
    reports_release: bool
    is_cable_out: bool  # the charge point says Available since the charge began: some stations say so before they say the stop
    is_ready: bool  # to settle: its energy is computed


def lock_points_of(names: Iterable[Name]) -> None:
    """
    Lock the charge points of these transactions in id order, before `charges_named` locks the charges: charge points come
    first in every operation that writes both, so that a stop and a start never wait for each other.
    """
    wanted = sorted(set(names))
    fetched(
        """SELECT cp.id FROM network_chargepoint cp
           WHERE cp.id IN (SELECT charge_point_id FROM charging_charge
                           WHERE (station_id, transaction_id) IN (SELECT * FROM unnest(%s::bigint[], %s::text[])))
           ORDER BY cp.id FOR NO KEY UPDATE""",
        [[station for station, _ in wanted], [transaction for _, transaction in wanted]],
    )


def charges_named(names: Iterable[Name]) -> dict[Name, StoppableCharge]:
    """Charges by (station, transaction), locked in id order. Another station's transaction is simply not found."""
    wanted = sorted(set(names))
    found = rows(
        StoppableCharge,
        """SELECT c.station_id, c.transaction_id, c.id, c.charge_point_id, cp.max_w, c.state, c.started_at, c.stopped_at, c.completed_at,
             c.stop_reason, c.meter_start_wh, c.meter_stop_wh, c.charging_ended_at, c.price_version_id, COALESCE(model.reports_release, true),
             cp.ocpp_status IS NOT DISTINCT FROM 'Available' AND cp.ocpp_status_at > c.started_at,
             EXISTS (SELECT FROM charging_chargeenergy energy WHERE energy.charge_id = c.id)
           FROM charging_charge c
           JOIN network_chargepoint cp ON cp.id = c.charge_point_id
           LEFT JOIN network_model model ON model.id = cp.model_id
           WHERE (c.station_id, c.transaction_id) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
           ORDER BY c.id FOR NO KEY UPDATE OF c""",
        [[station for station, _ in wanted], [transaction for _, transaction in wanted]],
    )
    return {(row.station_id, row.transaction_id): row for row in found}


@dataclass(slots=True)
class MeteredCharge:
    """
    A charge that a MeterValues names. `version` is of the row as it was read, `meter_version` of its `RunningMeter` (None:
    it has none): any change gives them another.
    """

    station_id: int
    transaction_id: str
    id: int
    charge_point_id: int
    max_w: int
    is_stopped: bool
    limit_wh: int | None
    limit_soc_percent: Decimal | None
    limit_price_minor: int | None
    meter_start_wh: int
    known_wh: int
    known_at: datetime
    version: int
    state: str
    is_suspicious: bool
    has_ended: bool  # no energy flows at present: `charging_ended_at`
    is_full: bool
    updated_at: datetime
    meter_version: int | None = None


def metered_charges(names: Sequence[Name]) -> dict[Name, MeteredCharge]:
    """Charges by (station, transaction) with their meters, both locked in id order, as the hot path needs them."""
    found = rows(
        MeteredCharge,
        """SELECT c.station_id, c.transaction_id, c.id, c.charge_point_id, cp.max_w, c.stopped_at IS NOT NULL,
             c.limit_wh, c.limit_soc_percent, c.limit_price_minor, c.meter_start_wh, c.meter_start_wh, c.started_at,
             c.xmin::text::bigint, c.state, c.is_suspicious, c.charging_ended_at IS NOT NULL, c.fully_charged_at IS NOT NULL, c.updated_at
           FROM charging_charge c JOIN network_chargepoint cp ON cp.id = c.charge_point_id
           WHERE (c.station_id, c.transaction_id) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
           ORDER BY c.id FOR NO KEY UPDATE OF c""",
        [[station for station, _ in names], [transaction for _, transaction in names]],
    )
    by_id = {row.id: row for row in found}
    meters = fetched(
        "SELECT charge_id, wh, at, xmin::text::bigint FROM charging_runningmeter WHERE charge_id = ANY(%s) ORDER BY charge_id FOR UPDATE",
        [list(by_id)],
    )
    for id, wh, at, version in meters:
        by_id[id].known_wh, by_id[id].known_at, by_id[id].meter_version = wh, at, version
    return {(row.station_id, row.transaction_id): row for row in found}


class PlugCharge(NamedTuple):
    """The running charge of a charge point, or the last one whose cable is still in."""

    id: int
    charge_point_id: int
    state: str
    started_at: datetime
    stopped_at: datetime | None
    released_at: datetime | None
    charging_ended_at: datetime | None
    price_version_id: int | None


def plugged_charges(charge_point_ids: Sequence[int]) -> dict[int, PlugCharge]:
    """Per charge point the newest charge that has started and is not completed, locked in id order."""
    found = rows(
        PlugCharge,
        f"""SELECT {", ".join(PlugCharge._fields)} FROM charging_charge
           WHERE charge_point_id = ANY(%s) AND state <> 'completed' AND started_at IS NOT NULL ORDER BY id FOR NO KEY UPDATE""",  # noqa: S608
        [sorted(set(charge_point_ids))],
    )
    newest: dict[int, PlugCharge] = {}
    for row in found:
        if row.charge_point_id not in newest or row.started_at >= newest[row.charge_point_id].started_at:
            newest[row.charge_point_id] = row
    return newest
