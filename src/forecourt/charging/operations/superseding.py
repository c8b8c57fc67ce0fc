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
    if not victims:
        return
    ids = [charge.id for charge in victims]
    meters = taken_meters(ids)
    columns = [[getattr(meters.get(id), name, None) for id in ids] for name in ("wh", "at", "soc_percent")]
    execute(
        """
        UPDATE charging_charge c SET state = 'stopped', stop_reason = %s, stop_recorded_at = %s,
          stopped_at = GREATEST(c.started_at, last.at), released_at = GREATEST(c.started_at, last.at),
          charging_ended_at = COALESCE(c.charging_ended_at, last.at, c.started_at), soc_percent = last.soc,
          meter_stop_wh = GREATEST(c.meter_start_wh, last.wh), meter_stop_reported_wh = COALESCE(last.wh, c.meter_start_wh)
        FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::numeric[]) AS last(id, wh, at, soc) WHERE c.id = last.id""",
        [SUPERSEDED, recorded_at, ids, *columns],
    )
    announce_all(ChargeStopped(id) for id in ids)
    prepare_settlement(ids)


def release_earlier(starts: Sequence[tuple[int, datetime]], opened: dict[int, list[OpenCharge]]) -> None:
    """
    Charges that stopped here before, and whose cable nobody was heard to release: it is out by the next start, and their
    fee ends there.
    """
    freed = {
        charge.id: at
        for point, at in starts
        for charge in opened.get(point, [])
        if charge.stopped_at and charge.released_at is None and charge.stopped_at <= at
    }
    if not freed:
        return
    execute(
        """
        UPDATE charging_charge c SET state = 'released', released_at = new.at
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS new(id, at) WHERE c.id = new.id""",
        [list(freed), list(freed.values())],
    )
    prepare_settlement(list(freed))
