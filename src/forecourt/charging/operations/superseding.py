"""A start on a charge point that runs a charge closes that one first: a lost stop must not refuse a true start."""

from collections.abc import Sequence
from datetime import datetime

from forecourt.charging.events import ChargeStopped
from forecourt.charging.operations.running_meters import taken_meters
from forecourt.charging.operations.settling import prepare_settlement
from forecourt.charging.queries.sessions import OpenCharge
from forecourt.charging.queries.sql import execute
from forecourt.kit.events import announce_all

SUPERSEDED = "superseded"


def supersede(starts: Sequence[tuple[int, datetime]], opened: dict[int, list[OpenCharge]], *, recorded_at: datetime) -> None:
    """
    Stop what runs on these charge points before these moments, at its last known meter, and settle it.

    It stopped when energy was last seen, not when the next charge began: nobody pays for the time between.
    """
    victims = [charge for point, at in starts for charge in opened.get(point, []) if charge.is_running and (charge.started_at or at) <= at]
    end_at_last_meter([charge.id for charge in victims], reason=SUPERSEDED, recorded_at=recorded_at)


def end_at_last_meter(ids: Sequence[int], *, reason: str, recorded_at: datetime) -> None:
    """
    Stop running charges without their station's word: at the last known meter and its time, and settle them. Their charge points
    and they are locked.
    """
    if not ids:
        return
    meters = taken_meters(ids)
    columns = [[getattr(meters.get(id), name, None) for id in ids] for name in ("wh", "at", "soc_percent")]
    execute(
        """
        UPDATE charging_charge c SET state = 'stopped', stop_reason = %s, stop_recorded_at = %s,
          stopped_at = GREATEST(c.started_at, last.at), released_at = GREATEST(c.started_at, last.at),
          charging_ended_at = COALESCE(c.charging_ended_at, last.at, c.started_at), soc_percent = last.soc,
          meter_stop_wh = GREATEST(c.meter_start_wh, last.wh), meter_stop_reported_wh = COALESCE(last.wh, c.meter_start_wh)
        FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::numeric[]) AS last(id, wh, at, soc) WHERE c.id = last.id""",
        [reason, recorded_at, list(ids), *columns],
    )
    announce_all(ChargeStopped(id) for id in ids)
    prepare_settlement(ids)


def release_earlier(starts: Sequence[tuple[int, datetime]], opened: dict[int, list[OpenCharge]]) -> None:
    """
    Charges that stopped here before, and whose cable nobody was heard to release: it is out by the next start, but nobody knows
    since when. Their fee ends at the stop.
    """
    freed = sorted(
        {
            charge.id
            for point, at in starts
            for charge in opened.get(point, [])
            if charge.stopped_at and charge.released_at is None and charge.stopped_at <= at
        }
    )
    if freed:
        execute("UPDATE charging_charge SET state = 'released', released_at = stopped_at WHERE id = ANY(%s)", [freed])
        prepare_settlement(freed)
