"""Charges that never started: given up, refused by the station, not answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from forecourt.charging.events import ChargeFailed
from forecourt.charging.operations import paying
from forecourt.charging.operations.promising import show_promises
from forecourt.charging.queries.sql import execute, fetched
from forecourt.kit.events import announce_all
from forecourt.kit.operations import operation
from forecourt.network.intents import CommandAnswer

TIMEOUT, RESERVATION_EXPIRED = "timeout", "reservation-expired"
_REFUSED = {"rejected": "rejected-by-station", "failed": "station-error", "expired": TIMEOUT}


@operation
def expire_charges(*, at: datetime, limit: int = 500) -> int:
    """
    Give up starts that no station answered within 60 seconds, and reservations that ran out; how many.

    Runs beside itself: charge points, and then their charges, are claimed with SKIP LOCKED.
    """
    places = fetched(
        """SELECT id FROM network_chargepoint
           WHERE id IN (SELECT charge_point_id FROM charging_charge
                        WHERE state IN ('reserved', 'scheduled', 'starting') AND state <> 'completed' AND expires_at <= %s ORDER BY id LIMIT %s)
           ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
        [at, limit],
    )
    late = fetched(
        """SELECT id, state FROM charging_charge
           WHERE charge_point_id = ANY(%s) AND state IN ('reserved', 'scheduled', 'starting') AND state <> 'completed' AND expires_at <= %s
           ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
        [[id for (id,) in places], at],
    )
    fail({id: Failure(TIMEOUT if state == "starting" else RESERVATION_EXPIRED, at) for id, state in late})
    return len(late)


@operation
def note_command_answers(answers: Sequence[CommandAnswer]) -> None:
    """
    What stations answered to starts and stops: a start that was refused fails its charge, a stop that was refused leaves it
    charging. Other commands, and answers that change nothing, are passed over; repeating it changes nothing.
    """
    refused = {answer.command_id: answer for answer in answers if answer.state in _REFUSED}
    if not refused:
        return
    asked = fetched(
        "SELECT id, action, charge_id FROM network_command WHERE id = ANY(%s) AND charge_id IS NOT NULL AND action IN ('start', 'stop')",
        [list(refused)],
    )
    starts = {charge: refused[id] for id, action, charge in asked if action == "start"}
    stops = [charge for _, action, charge in asked if action == "stop"]
    if starts:
        _fail_refused(starts)
    if stops:
        execute("UPDATE charging_charge SET state = 'charging' WHERE id = ANY(%s) AND state = 'stopping' AND stopped_at IS NULL", [stops])


def _fail_refused(starts: Mapping[int, CommandAnswer]) -> None:
    fetched(
        """SELECT id FROM network_chargepoint WHERE id IN (SELECT charge_point_id FROM charging_charge WHERE id = ANY(%s))
           ORDER BY id FOR NO KEY UPDATE""",
        [list(starts)],
    )
    waiting = fetched(
        "SELECT id FROM charging_charge WHERE id = ANY(%s) AND state = 'starting' ORDER BY id FOR NO KEY UPDATE", [list(starts)]
    )
    fail({id: Failure(_REFUSED[starts[id].state], starts[id].at) for (id,) in waiting})


class Failure(NamedTuple):
    """Why a charge comes to nothing, and when."""

    reason: str
    at: datetime


def fail(failures: Mapping[int, Failure]) -> None:
    """
    End charges that never started, let their charge points go, and give back what is held. `completed_at` stays empty: should
    the station start one after all, the charge is taken up again. The caller has locked the charge points, then the charges.
    """
    if not failures:
        return
    ended = fetched(
        """
        UPDATE charging_charge c SET state = 'completed', failed_at = new.at, failure_reason = new.reason, expires_at = NULL, held_minor = 0,
          timeout_at = CASE WHEN new.reason = %s THEN new.at ELSE NULL END
        FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS new(id, reason, at) WHERE c.id = new.id AND c.started_at IS NULL
        RETURNING c.id, c.charge_point_id""",
        [TIMEOUT, list(failures), [one.reason for one in failures.values()], [one.at for one in failures.values()]],
    )
    last = max(one.at for one in failures.values())
    show_promises((point for _, point in ended), at=last)
    paying.release((id for id, _ in ended), at=last)
    announce_all(ChargeFailed(id) for id, _ in ended)
