"""
Running charges that nothing is heard of.

Lost since a moment: neither a sample nor the start is newer, and the station is not connected, or does not say that the charge
point is occupied, or was asked to stop since and did not. A station that says Charging and sends no samples has not lost its charge.
"""

from datetime import datetime, timedelta

from forecourt.charging.queries.sql import fetched

SILENCE = timedelta(hours=1)  # so long a person waits before ending a charge

_LOST = """
FROM charging_charge c
JOIN network_chargepoint cp ON cp.id = c.charge_point_id
LEFT JOIN charging_runningmeter meter ON meter.charge_id = c.id
LEFT JOIN network_stationlink link ON link.station_id = c.station_id
WHERE c.state IN ('charging', 'paused', 'stopping') AND c.state <> 'completed' AND c.started_at IS NOT NULL AND c.stopped_at IS NULL
  AND GREATEST(c.started_at, meter.at) <= %s
  AND (link.gateway_id IS NULL AND COALESCE(link.disconnected_at, c.started_at) <= %s
       OR link.gateway_id IS NOT NULL AND COALESCE(cp.ocpp_status, '') NOT IN ('Charging', 'SuspendedEV', 'SuspendedEVSE')
       OR EXISTS (SELECT FROM network_command command WHERE command.charge_id = c.id AND command.action = 'stop'
                    AND command.state NOT IN ('requested', 'sent') AND command.requested_at > GREATEST(c.started_at, meter.at)))
"""


def is_lost(charge_id: int, *, at: datetime) -> bool:
    """Whether nothing was heard of this charge for an hour."""
    since = at - SILENCE
    return bool(fetched(f"SELECT c.id {_LOST} AND c.id = %s", [since, since, charge_id]))


def lost_charges(*, since: datetime, limit: int) -> list[int]:
    """Charges lost since then, in id order, locked after their charge points; those that somebody else holds are left out."""
    points = fetched(
        f"""SELECT id FROM network_chargepoint WHERE id IN (SELECT c.charge_point_id {_LOST} ORDER BY c.id LIMIT %s)
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",  # noqa: S608 (constants)
        [since, since, limit],
    )
    charges = fetched(
        f"SELECT c.id {_LOST} AND c.charge_point_id = ANY(%s) ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED",
        [since, since, [id for (id,) in points]],
    )
    return [id for (id,) in charges]
