"""What the stations under load say. Each script yields messages and is given the answers."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import msgspec

from simulator.load.station import LoadStation, Script
from simulator.load.tally import Tally

METER_VALUES_PER_VISIT = 10

ScriptOf = Callable[[LoadStation, Tally], Script]


def boot(station: LoadStation, tally: Tally) -> Script:
    payload = _payload((yield station.frames.boot()))
    station.interval_s = payload.get("interval", 0)
    station.is_ready = _is_accepted(payload, tally)


def boot_and_start(station: LoadStation, tally: Tally) -> Script:
    """Boot and begin a transaction, for the meter values to belong to."""
    yield from boot(station, tally)
    yield station.frames.status(b"Preparing")
    station.is_ready = yield from _start(station, tally)


def heartbeats(station: LoadStation, tally: Tally) -> Script:
    while True:
        yield station.frames.heartbeat()


def meter_values(station: LoadStation, tally: Tally) -> Script:
    while True:
        yield station.frames.meter_values()


def visits(station: LoadStation, tally: Tally) -> Script:
    """The whole mix, again and again: heartbeat, status, authorise, start, ten meter values, stop."""
    while True:
        yield station.frames.heartbeat()
        yield station.frames.status(b"Preparing")
        if (yield from _start(station, tally)):
            for _ in range(METER_VALUES_PER_VISIT):
                yield station.frames.meter_values()
        yield from stop(station, tally)


def stop(station: LoadStation, tally: Tally) -> Script:
    """End the transaction, if there is one."""
    if station.frames.transaction_id:
        payload = _payload((yield station.frames.stop()))
        station.frames.transaction_id = 0
        if "idTagInfo" in payload:
            _is_accepted(payload["idTagInfo"], tally)


@dataclass(frozen=True, slots=True)
class Scenario:
    """`measured` is None where connecting and preparing is itself what is measured."""

    prepare: ScriptOf
    measured: ScriptOf | None
    needs_keys: bool = False


SCENARIOS = {
    "metervalues": Scenario(boot_and_start, meter_values, needs_keys=True),
    "mix": Scenario(boot, visits, needs_keys=True),
    "idle": Scenario(boot, heartbeats),
    "reconnect": Scenario(boot, None),
}


def _start(station: LoadStation, tally: Tally) -> Generator[bytes, bytes, bool]:
    """Authorise and start. False if either was refused."""
    authorised = _payload((yield station.frames.authorize()))
    if not _is_accepted(authorised.get("idTagInfo", {}), tally):
        return False
    started = _payload((yield station.frames.start()))
    station.frames.transaction_id = started.get("transactionId", 0)
    return _is_accepted(started.get("idTagInfo", {}), tally)


def _is_accepted(status: dict[str, Any], tally: Tally) -> bool:
    """A refusal in a CALLRESULT is an error of the run; a CALLERROR was counted when it came."""
    if status and status.get("status") != "Accepted":
        tally.errors += 1
    return status.get("status") == "Accepted"


def _payload(answer: bytes) -> dict[str, Any]:
    """The payload of a CALLRESULT; nothing of a CALLERROR."""
    match msgspec.json.decode(answer):
        case [3, _, dict(payload)]:
            return payload
    return {}
