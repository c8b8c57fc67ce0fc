"""Starts that somebody asked for before: the station's start joins the charge that waits for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from forecourt.charging.intents import AuthStatus, StartIntent
from forecourt.charging.operations.promising import show_promises
from forecourt.charging.operations.superseding import SUPERSEDED
from forecourt.charging.queries.points import PointRow
from forecourt.charging.queries.remote import late_remote_starts
from forecourt.charging.queries.sessions import OpenCharge
from forecourt.charging.queries.sql import execute
from forecourt.charging.rules.authorization import Verdict
from forecourt.charging.rules.names import REMOTE_PREFIX


class Joining(Protocol):
    """A start that has a charge to join. `overtaken_at`: when the newer charge began that runs there already."""

    id: int
    intent: StartIntent
    fingerprint: bytes
    transaction_id: str
    point: PointRow
    verdict: Verdict
    overtaken_at: datetime | None

    @property
    def status(self) -> AuthStatus: ...


_JOIN = """
UPDATE charging_charge c SET state = CASE WHEN new.overtaken_at IS NULL THEN 'charging' ELSE 'stopped' END,
  expires_at = NULL, failed_at = NULL, timeout_at = NULL, failure_reason = new.refusal, is_suspicious = c.is_suspicious OR new.refusal IS NOT NULL,
  auth_status = new.status, held_minor = COALESCE(new.held, c.held_minor), started_at = new.at,
  meter_start_wh = new.wh, transaction_id = new.transaction, start_fingerprint = new.fingerprint,
  cable_plugged_in_at = COALESCE(c.cable_plugged_in_at, new.at),
  stopped_at = new.overtaken_at, released_at = new.overtaken_at, stop_reason = CASE WHEN new.overtaken_at IS NOT NULL THEN %s END,
  stop_recorded_at = CASE WHEN new.overtaken_at IS NOT NULL THEN %s::timestamptz END,
  meter_stop_wh = CASE WHEN new.overtaken_at IS NOT NULL THEN new.wh END
FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::text[], %s::bytea[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
  AS new(id, at, wh, transaction, fingerprint, status, refusal, held, overtaken_at)
WHERE c.id = new.id
"""


def join(starts: Sequence[Joining], held: Mapping[int, int], *, recorded_at: datetime) -> None:
    """
    Turn waiting charges into running ones, in one statement; one that was overtaken waits, stopped, for its own stop. The price is
    that of the asking. `held`: what was held anew for charges that had been given up.
    """
    if not starts:
        return
    execute(
        _JOIN,
        [
            SUPERSEDED,
            recorded_at,
            [one.id for one in starts],
            [one.intent.at for one in starts],
            [one.intent.meter_wh for one in starts],
            [one.transaction_id for one in starts],
            [one.fingerprint for one in starts],
            [one.status.value for one in starts],
            [one.verdict.refusal.value if one.verdict.refusal else None for one in starts],
            [held.get(one.id) for one in starts],
            [one.overtaken_at for one in starts],
        ],
    )
    show_promises((one.point.id for one in starts), at=recorded_at)


def revive_late(fresh: Sequence[tuple[StartIntent, bytes, PointRow]], opened: dict[int, list[OpenCharge]]) -> None:
    """Put charges beside the open ones that were given up before their station started them: who asked for them still pays."""
    known = {(point.id, charge.remote_id_tag) for _, _, point in fresh for charge in opened.get(point.id, [])}
    late = [
        (point.id, one.id_tag) for one, _, point in fresh if one.id_tag.startswith(REMOTE_PREFIX) and (point.id, one.id_tag) not in known
    ]
    for charge in late_remote_starts(late):
        opened.setdefault(charge.charge_point_id, []).append(charge)
