"""Starts that somebody asked for before: the station's start joins the charge that waits for it."""

from collections.abc import Sequence
from typing import Protocol

from forecourt.charging.intents import AuthStatus, StartIntent
from forecourt.charging.queries.points import PointRow
from forecourt.charging.queries.remote import late_remote_starts
from forecourt.charging.queries.sessions import OpenCharge
from forecourt.charging.queries.sql import execute
from forecourt.charging.rules.names import REMOTE_PREFIX


class Joining(Protocol):
    """A start that has a charge to join."""

    id: int
    intent: StartIntent
    fingerprint: bytes
    transaction_id: str
    point: PointRow


def join(starts: Sequence[Joining]) -> None:
    """Turn waiting charges into running ones, in one statement. The price is that of the asking."""
    if not starts:
        return
    execute(
        """
        UPDATE charging_charge c SET state = 'charging',
          expires_at = NULL, failed_at = NULL, timeout_at = NULL, failure_reason = NULL, auth_status = %s, started_at = new.at, meter_last_at = new.at,
          meter_start_wh = new.wh, meter_last_wh = new.wh, transaction_id = new.transaction, start_fingerprint = new.fingerprint,
          cable_plugged_in_at = COALESCE(c.cable_plugged_in_at, new.at)
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::text[], %s::bytea[]) AS new(id, at, wh, transaction, fingerprint)
        WHERE c.id = new.id""",
        [
            AuthStatus.ACCEPTED.value,
            [one.id for one in starts],
            [one.intent.at for one in starts],
            [one.intent.meter_wh for one in starts],
            [one.transaction_id for one in starts],
            [one.fingerprint for one in starts],
        ],
    )


def revive_late(fresh: Sequence[tuple[StartIntent, bytes, PointRow]], opened: dict[int, list[OpenCharge]]) -> None:
    """Put charges beside the open ones that were given up before their station started them: who asked for them still pays."""
    known = {(point.id, charge.remote_id_tag) for _, _, point in fresh for charge in opened.get(point.id, [])}
    late = [
        (point.id, one.id_tag) for one, _, point in fresh if one.id_tag.startswith(REMOTE_PREFIX) and (point.id, one.id_tag) not in known
    ]
    for charge in late_remote_starts(late):
        opened.setdefault(charge.charge_point_id, []).append(charge)
