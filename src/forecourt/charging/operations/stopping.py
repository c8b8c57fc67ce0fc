"""Charges that were asked to stop and go on: asked again, or taken to be charging."""

from datetime import datetime
from typing import NamedTuple

from forecourt.charging.operations.commands import StopWish, ask_to_stop
from forecourt.charging.queries.sql import execute, rows
from forecourt.charging.rules.stopping import Next, after_request
from forecourt.kit.operations import operation


class _Asked(NamedTuple):
    id: int
    station_id: int
    charge_point_id: int
    transaction_id: str
    is_stopping: bool
    is_refused: bool
    requests: int
    outcome: str | None
    asked_at: datetime | None


_UNSTOPPED = """
SELECT c.id, c.station_id, c.charge_point_id, c.transaction_id, c.state = 'stopping', c.failure_reason IS NOT NULL,
  (SELECT count(*) FROM network_command command WHERE command.charge_id = c.id AND command.action = 'stop'), last.state, last.requested_at
FROM charging_charge c
LEFT JOIN LATERAL (SELECT command.state, command.requested_at FROM network_command command
                   WHERE command.charge_id = c.id AND command.action = 'stop' ORDER BY command.id DESC LIMIT 1) AS last ON true
WHERE c.state IN ('charging', 'paused', 'stopping') AND c.state <> 'completed' AND (c.state = 'stopping' OR c.failure_reason IS NOT NULL)
  AND c.stopped_at IS NULL AND c.transaction_id IS NOT NULL AND c.station_id IS NOT NULL
ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED
"""


@operation
def follow_unstopped(*, at: datetime) -> int:
    """
    Ask stations again to stop charges whose stop nobody heard of, or whose driver may not charge; a bounded number of times. The
    others that were asked to stop go on charging. How many were asked for.

    Runs beside itself: charges are claimed with SKIP LOCKED.
    """
    wishes, going_on = [], []
    for one in rows(_Asked, _UNSTOPPED, []):
        step = after_request(outcome=one.outcome, asked_at=one.asked_at, requests=one.requests, is_refused=one.is_refused, at=at)
        if step is Next.ASK:
            wishes.append(StopWish(one.id, one.station_id, one.charge_point_id, one.transaction_id))
        elif step is Next.GO_ON and one.is_stopping:
            going_on.append(one.id)
    ask_to_stop(wishes, at=at)
    if going_on:
        execute("UPDATE charging_charge SET state = 'charging' WHERE id = ANY(%s)", [going_on])
    return len(wishes)
