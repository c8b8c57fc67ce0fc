"""
The commit: a batch of calls of many stations in one transaction. Runs in a thread with a connection of its own.

What is repeated is given its first answer again: the unique key finds it, so nobody asks before. A message is the same if its
bytes are, within its connection, and over all connections if it says when it happened. What else is refused by the database
is found by halving, so that one bad message costs itself alone.
"""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter

from django.db import InterfaceError, OperationalError, connection

from forecourt.charging import operations as charging
from forecourt.gateway import frames, logs
from forecourt.gateway.calls import Call
from forecourt.gateway.config import CONFIG
from forecourt.gateway.frames import Code
from forecourt.gateway.stamps import stamp
from forecourt.gateway.versions import VERSIONS
from forecourt.kit import statements
from forecourt.kit.operations import acting

logger = logging.getLogger(__name__)

DATABASE_BACK_WITHIN_S = 20.0
RETRY_AFTER_S = 0.25
CAREFUL_FOR_S = 10.0  # after a repeated or refused message: others are likely, and care costs less than beginning again

SEEN = """
WITH asked AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS asked (station_id, fingerprint)),
forgotten AS (DELETE FROM gateway_seen_message seen USING asked
              WHERE (seen.station_id, seen.fingerprint) = (asked.station_id, asked.fingerprint) AND seen.at < %s)
SELECT seen.station_id, seen.fingerprint, seen.answer
FROM asked JOIN gateway_seen_message seen USING (station_id, fingerprint) WHERE seen.at >= %s
"""
REMEMBER = "COPY gateway_seen_message (station_id, fingerprint, answer, at) FROM STDIN"

_careful_until = 0.0  # by time.monotonic()


def record(calls: Sequence[Call], lines: Sequence[str], subprotocols: Sequence[str]) -> None:
    """
    Carry out the calls, log them and `lines` (other traffic), commit, and set each call's `reply`. Never raises.

    :param subprotocols: of the calls, in the same order.
    """
    batch = list(zip(subprotocols, calls, strict=True))
    try:
        _commit(batch, lines)
    except Exception:
        logger.warning("A batch of %d messages failed; looking for the bad one.", len(batch), exc_info=True)
        _salvage([], lines)
        _halve(batch)


def _halve(batch: list[tuple[str, Call]]) -> None:
    if len(batch) < 2:
        _salvage(batch, [])
        return
    middle = len(batch) // 2
    for half in (batch[:middle], batch[middle:]):
        try:
            _commit(half, [])
        except Exception:
            _halve(half)


def _salvage(batch: list[tuple[str, Call]], lines: Sequence[str]) -> None:
    """Try what is left once more, alone. A call that fails then is answered with InternalError, and the log says so."""
    try:
        _commit(batch, lines)
        return
    except Exception:
        logger.exception("A message cannot be recorded: %s", [(call.station_id, call.raw[:500]) for _, call in batch])
    for _, call in batch:
        call.reply = frames.error(call.message_id, Code.INTERNAL_ERROR, "We could not record this message.")
    try:
        with acting(None):
            _log([call for _, call in batch], [])
    except Exception:
        logger.exception("Not even the log of it could be written.")


def _commit(batch: list[tuple[str, Call]], lines: Sequence[str]) -> None:
    """
    One transaction. If the database goes away it is begun again, for some time: a commit of which we did not hear is
    recognised by its seen messages.
    """
    give_up_at = time.monotonic() + DATABASE_BACK_WITHIN_S
    while batch or lines:
        try:
            _commit_carefully_if_needed(batch, lines)
            return
        except (OperationalError, InterfaceError):
            if (connection.connection is not None and not _is_gone()) or time.monotonic() > give_up_at:
                raise
            connection.close()
            time.sleep(RETRY_AFTER_S)


def _is_gone() -> bool:
    return bool(connection.connection.closed or connection.connection.broken) or not connection.is_usable()


def _commit_carefully_if_needed(batch: list[tuple[str, Call]], lines: Sequence[str]) -> None:
    """
    Hardly any message is repeated or refused by the database: the batch is carried out as if none were, without questions
    and savepoints, and begun again with them if the database says otherwise.
    """
    global _careful_until
    if time.monotonic() >= _careful_until:
        try:
            with charging.hopefully():
                _commit_once(batch, lines, asks=False)
            return
        except charging.REFUSALS:
            _careful_until = time.monotonic() + CAREFUL_FOR_S
    _commit_once(batch, lines, asks=True)


def _commit_once(batch: list[tuple[str, Call]], lines: Sequence[str], *, asks: bool) -> None:
    calls = [call for _, call in batch]
    with acting(None):
        if calls:
            fresh = _fresh(batch, asks=asks)
            for subprotocol, some in groupby(fresh, key=lambda pair: pair[0]):
                VERSIONS[subprotocol].apply([call for _, call in some], datetime.now(UTC))
            for call in calls:
                call.reply = frames.result(call.message_id, call.answer or b"{}")
            _remember([call for _, call in fresh])
        _log(calls, lines)


def _fresh(batch: list[tuple[str, Call]], *, asks: bool) -> list[tuple[str, Call]]:
    """The calls that are not repeated (all, if nobody asks), by version; the others get their first answer."""
    for subprotocol, call in batch:
        call.answer = None
        session = b"" if VERSIONS[subprotocol].is_lasting(call.action, call.payload) else call.session.to_bytes(8)
        call.fingerprint = int.from_bytes(blake2b(call.raw, digest_size=8, salt=session).digest(), "big", signed=True)
    return sorted(_unseen(batch) if asks else batch, key=itemgetter(0))


def _unseen(batch: list[tuple[str, Call]]) -> list[tuple[str, Call]]:
    since = datetime.now(UTC) - timedelta(minutes=CONFIG.repeat_minutes)
    asked = [[call.station_id for _, call in batch], [call.fingerprint for _, call in batch]]
    with statements.run(SEEN, [*asked, since, since]) as cursor:
        seen = {(station_id, fingerprint): answer for station_id, fingerprint, answer in cursor}
    if seen:
        for _, call in batch:
            answer = seen.get((call.station_id, call.fingerprint))
            call.answer = None if answer is None else answer.encode()
    return [pair for pair in batch if pair[1].answer is None]


def _remember(calls: Sequence[Call]) -> None:
    now = int(time.time() * 1000)
    at = stamp(now)
    text = "".join([f"{call.station_id}\t{call.fingerprint}\t{(call.answer or b'{}').decode()}\t{at}\n" for call in calls])
    _copy(REMEMBER, text)


def _log(calls: Sequence[Call], lines: Sequence[str]) -> None:
    now = int(time.time() * 1000)
    rows = [
        logs.exchange(call.received_ms, call.station_id, call.message_id, call.action, call.raw, now, call.reply, call.number)
        for call in calls
    ]
    _copy(logs.COPY, "".join([*lines, *rows]))


def _copy(statement: str, text: str) -> None:
    if not text:
        return
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text)
