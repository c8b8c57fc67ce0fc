"""What stations report as stopped: hundreds at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecourt.charging.events import ChargeStopped
from forecourt.charging.intents import AuthStatus, Outcome, StopIntent
from forecourt.charging.operations.batches import in_rounds
from forecourt.charging.operations.running_meters import LastReading, taken_meters
from forecourt.charging.operations.samples import store_samples, store_signed
from forecourt.charging.operations.settling import prepare_settlement
from forecourt.charging.operations.superseding import SUPERSEDED
from forecourt.charging.queries.sessions import StoppableCharge, charges_named, lock_points_of
from forecourt.charging.queries.sql import execute
from forecourt.charging.queries.tariffs import versions_that_run_on
from forecourt.charging.rules.stops import Stop, judge_stop
from forecourt.kit.events import announce_all
from forecourt.kit.operations import operation

_UNPLUGGED = "EVDisconnected"  # OCPP 1.6 §7.36: the cable was taken out of the vehicle
_NOT_YOURS = Outcome(status=AuthStatus.INVALID, refused="no such transaction at this station")


@operation
def stop_charges(intents: Sequence[StopIntent], *, recorded_at: datetime) -> list[Outcome]:
    """
    Stop charges that stations say have stopped. Each intent alone; repeating one returns its first outcome.

    A stop for another station's transaction is refused and changes nothing; a meter below the start is stored as reported,
    billed as zero and flagged. A charge on which no fee runs on, whose cable is out, or whose station never reports that,
    is ready to settle at once. Source: OCPP 1.6 StopTransaction; guarantees.md, section 1; house §3.
    """
    return in_rounds(lambda batch: _stop(batch, recorded_at), intents, key=lambda one: (one.station_id, one.transaction_id))


@dataclass(frozen=True, slots=True)
class _Stopping:
    intent: StopIntent
    charge: StoppableCharge
    stop: Stop
    soc_percent: Decimal | None

    @property
    def is_correction(self) -> bool:
        return self.charge.stopped_at is not None

    @property
    def is_released(self) -> bool:
        """The cable is out already: no later word will say so, and nobody pays for the time until it would."""
        return self.charge.is_cable_out or self.intent.reason == _UNPLUGGED

    @property
    def is_ready(self) -> bool:
        return self.is_released or self.is_correction or not self.charge.reports_release


def _stop(intents: Sequence[StopIntent], recorded_at: datetime) -> list[Outcome]:
    names = [(one.station_id, one.transaction_id) for one in intents]
    lock_points_of(names)
    charges = charges_named(names)
    known = [(one, charge) for one in intents if (charge := charges.get((one.station_id, one.transaction_id)))]
    meters = taken_meters([charge.id for _, charge in known])
    stopping = [_stopping(one, charge, meters.get(charge.id)) for one, charge in known if _may_stop(charge)]
    owned = [(one.station_id, charge.charge_point_id, charge.id, one.readings) for one, charge in known]
    store_samples(owned, recorded_at=recorded_at)
    store_signed(owned, recorded_at=recorded_at)
    _write(stopping, recorded_at)
    announce_all(ChargeStopped(one.charge.id) for one in stopping if not one.is_correction)
    run_on = versions_that_run_on(one.charge.price_version_id for one in stopping)
    prepare_settlement([one.charge.id for one in stopping if one.is_ready or one.charge.price_version_id not in run_on])
    return [_outcome(charges.get((one.station_id, one.transaction_id))) for one in intents]


def _outcome(charge: StoppableCharge | None) -> Outcome:
    return Outcome(status=AuthStatus.ACCEPTED, charge_id=charge.id, transaction_id=charge.transaction_id) if charge else _NOT_YOURS


def _may_stop(charge: StoppableCharge) -> bool:
    """Running; or an old one that was replayed after a newer start, whose true stop comes only now."""
    return charge.stopped_at is None or (charge.stop_reason == SUPERSEDED and not charge.is_ready)


def _stopping(one: StopIntent, charge: StoppableCharge, meter: LastReading | None) -> _Stopping:
    stop = judge_stop(
        at=one.at, meter_wh=one.meter_wh, started_at=charge.started_at, meter_start_wh=charge.meter_start_wh,
        meter_last_wh=meter.wh if meter else charge.meter_stop_wh, max_w=charge.max_w,
    )  # fmt: skip
    return _Stopping(one, charge, stop, meter.soc_percent if meter else None)


_WRITE = """
UPDATE charging_charge c SET state = CASE WHEN new.is_released THEN 'released' ELSE 'stopped' END, stopped_at = new.at, stop_recorded_at = %s, stop_reason = new.reason,
  meter_stop_wh = new.billed, meter_stop_reported_wh = new.reported,
  soc_percent = COALESCE(new.soc, c.soc_percent), is_suspicious = c.is_suspicious OR new.strange,
  released_at = CASE WHEN new.is_released OR c.released_at IS NOT NULL THEN new.at END,
  charging_ended_at = LEAST(COALESCE(c.charging_ended_at, new.at), new.at)
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::bigint[], %s::bigint[], %s::bool[], %s::bool[],
    %s::numeric[]) AS new(id, at, reason, billed, reported, strange, is_released, soc)
WHERE c.id = new.id
"""
_METER = """
UPDATE network_chargepoint cp SET last_meter_wh = new.wh FROM unnest(%s::bigint[], %s::bigint[]) AS new(id, wh)
WHERE cp.id = new.id AND cp.last_meter_wh IS DISTINCT FROM new.wh
"""


def _write(stopping: Sequence[_Stopping], recorded_at: datetime) -> None:
    if not stopping:
        return
    execute(
        _WRITE,
        [
            recorded_at,
            [one.charge.id for one in stopping],
            [one.stop.stopped_at for one in stopping],
            [one.intent.reason[:40] for one in stopping],
            [one.stop.meter_stop_wh for one in stopping],
            [one.stop.reported_wh for one in stopping],
            [one.stop.is_suspicious for one in stopping],
            [one.is_released for one in stopping],
            [one.soc_percent for one in stopping],
        ],
    )
    last = sorted((one.charge.charge_point_id, one.stop.reported_wh) for one in stopping if not one.is_correction)
    execute(_METER, [[point for point, _ in last], [wh for _, wh in last]])
