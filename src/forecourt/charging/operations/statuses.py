"""What a charge point's status says about its charge: plugged in, paused, fully charged, released."""

from collections.abc import Sequence
from datetime import datetime

from forecourt.charging.operations.settling import prepare_settlement
from forecourt.charging.queries.sessions import PlugCharge, plugged_charges
from forecourt.charging.queries.sql import execute
from forecourt.kit.operations import operation
from forecourt.network.intents import StatusChange

# Preparing: the next cable is in, so the last one is out. Unavailable comes after it is (OCPP 1.6 §4.9, F8). Faulted: from then on
# the station vouches for nothing.
_FREE = frozenset({"Available", "Preparing", "Reserved", "Unavailable", "Faulted"})
_PAUSED = frozenset({"SuspendedEV", "SuspendedEVSE"})


@operation
def follow_statuses(changes: Sequence[StatusChange], *, recorded_at: datetime) -> None:
    """
    Follow the charges of charge points whose status changed. Set-based; a repeated status changes nothing.

    Charging ⇄ SuspendedEV and SuspendedEVSE pause and resume; Available or Preparing after the stop releases the cable, and
    a charge whose fee ran on until then is ready to settle. Source: OCPP 1.6 §4.9; house §3.
    """
    last = {change.charge_point_id: change for change in changes}  # per charge point the newest word counts; order is kept
    charges = plugged_charges(list(last)) if last else {}
    running = [(charge, last[point]) for point, charge in charges.items() if charge.stopped_at is None]
    _pause_and_resume([(charge.id, one.after, one.at) for charge, one in running if one.after in _PAUSED or one.after == "Charging"])
    _release([(charge, change) for change in changes if (charge := charges.get(change.charge_point_id)) and _releases(charge, change)])


def _releases(charge: PlugCharge, change: StatusChange) -> bool:
    return charge.stopped_at is not None and charge.released_at is None and change.after in _FREE and change.at >= charge.started_at


def _pause_and_resume(running: Sequence[tuple[int, str, datetime]]) -> None:
    """The vehicle's own pause of a full battery is not told apart in 1.6: `fully_charged_at` is SuspendedEV after energy flowed."""
    if not running:
        return
    execute(
        """
        UPDATE charging_charge c SET
          state = CASE WHEN c.state = 'stopping' THEN c.state WHEN new.status = 'Charging' THEN 'charging' ELSE 'paused' END,
          charging_ended_at = CASE WHEN new.status = 'Charging' THEN NULL ELSE COALESCE(c.charging_ended_at, GREATEST(new.at, c.started_at)) END,
          fully_charged_at = CASE WHEN new.status = 'SuspendedEV' AND meter.wh > c.meter_start_wh
                                  THEN COALESCE(c.fully_charged_at, GREATEST(new.at, c.started_at))
                                  WHEN new.status = 'Charging' AND COALESCE(meter.soc_percent, 0) < 100 THEN NULL ELSE c.fully_charged_at END
        FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS new(id, status, at)
        LEFT JOIN charging_runningmeter meter ON meter.charge_id = new.id WHERE c.id = new.id""",
        [[id for id, _, _ in running], [status for _, status, _ in running], [at for _, _, at in running]],
    )
    if paused := [id for id, status, _ in running if status in _PAUSED]:
        execute("UPDATE charging_runningmeter SET power_w = 0 WHERE charge_id = ANY(%s) AND power_w <> 0", [paused])


def _release(released: Sequence[tuple[PlugCharge, StatusChange]]) -> None:
    """The first of several words in a batch is the release."""
    if not released:
        return
    first = {charge.id: change.at for charge, change in reversed(released)}
    execute(
        """
        UPDATE charging_charge c SET state = 'released', released_at = GREATEST(new.at, c.stopped_at)
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS new(id, at) WHERE c.id = new.id""",
        [list(first), list(first.values())],
    )
    prepare_settlement(list(first))
