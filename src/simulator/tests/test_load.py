"""The load generator against a server that does nothing but count."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from simulator.load.dial import source_address
from simulator.load.frames import Frames, Stamps
from simulator.load.run import Plan, run_load, split
from simulator.load.tally import Tally, merged, report
from simulator.station import ChargePointSpec, StationSpec
from simulator.tests.central import in_loop

ACCEPTED = {"status": "Accepted"}


class Counter:
    """Answers like a central system. `refusals` are the statuses of the first upgrades; `tag_status` is every tag's."""

    def __init__(self) -> None:
        self.heard: dict[str, list[tuple[str, str, dict[str, Any]]]] = defaultdict(list)
        self.refusals: list[HTTPStatus] = []
        self.tag_status = "Accepted"
        self.failing = self.closing = ""  # actions that are answered with a CALLERROR, and by hanging up
        self.url = ""

    def count(self, action: str) -> int:
        return sum(said == action for calls in self.heard.values() for _, said, _ in calls)

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        return connection.respond(self.refusals.pop(), "") if self.refusals else None

    async def answer(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        try:
            async for raw in connection:
                _, message_id, action, payload = json.loads(raw)
                self.heard[connection.request.path].append((message_id, action, payload))
                if action == self.closing:
                    return
                failed = [4, message_id, "InternalError", "", {}]
                await connection.send(json.dumps(failed if action == self.failing else [3, message_id, self._payload(action)]))
        except ConnectionClosed:
            pass

    def _payload(self, action: str) -> dict[str, Any]:
        tag = {"idTagInfo": {"status": self.tag_status}}
        answers: dict[str, dict[str, Any]] = {
            "BootNotification": {**ACCEPTED, "interval": 1},
            "Authorize": tag,
            "StartTransaction": {"transactionId": 5, **tag},
        }
        return answers.get(action, {})


@asynccontextmanager
async def counter() -> AsyncIterator[Counter]:
    central = Counter()
    async with serve(central.answer, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], process_request=central.admit) as server:
        central.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/{{identity}}"
        yield central


def plan(scenario: str, central: Counter, *, rate: float | None = None, stations: int = 4) -> Plan:
    specs = [StationSpec(f"L{number}", "secret", [ChargePointSpec(connector_id=1)]) for number in range(stations)]
    return Plan(scenario, specs, central.url, ["key-a", "key-b"], seconds=0.05, rate=rate)


@in_loop
async def test_every_meter_value_is_counted_once() -> None:
    async with counter() as central:
        report = await run_load(plan("metervalues", central))
        assert report.messages == central.count("MeterValues") > 20
        assert (report.ready, report.errors, report.unanswered) == (4, 0, 0)
        assert (central.count("StartTransaction"), central.count("StopTransaction")) == (4, 4)


@in_loop
async def test_no_two_messages_are_alike() -> None:
    async with counter() as central:
        await run_load(plan("metervalues", central))
        for calls in central.heard.values():
            assert len({message_id for message_id, _, _ in calls}) == len(calls)
            values = [payload["meterValue"][0] for _, action, payload in calls if action == "MeterValues"]
            moments = [value["timestamp"] for value in values]
            registers = [int(value["sampledValue"][0]["value"]) for value in values]
            assert moments == sorted(set(moments))
            assert registers == sorted(set(registers))


@in_loop
async def test_the_mix_has_fifteen_messages_a_visit() -> None:
    async with counter() as central:
        report = await run_load(plan("mix", central, stations=1))
        [calls] = central.heard.values()
        visit = ["Heartbeat", "StatusNotification", "Authorize", "StartTransaction", *["MeterValues"] * 10, "StopTransaction"]
        assert [action for _, action, _ in calls[1:16]] == visit
        assert len(calls) - 1 - report.messages in (0, 1)  # the boot, and the stop that cleared up


@in_loop
async def test_an_open_loop_keeps_its_rate() -> None:
    async with counter() as central:
        report = await run_load(plan("metervalues", central, rate=1000))
        assert report.messages == central.count("MeterValues")
        assert report.messages + report.unsent == pytest.approx(50, abs=3)


@in_loop
async def test_idle_stations_beat_as_often_as_they_were_told() -> None:
    async with counter() as central:
        report = await run_load(plan("idle", central, stations=40))
        assert report.messages == central.count("Heartbeat") in (1, 2, 3)  # 40 a second, for 50 ms
        assert report.dropped == 0


@in_loop
async def test_a_refused_connection_is_counted_and_tried_again() -> None:
    async with counter() as central:
        central.refusals = [HTTPStatus.SERVICE_UNAVAILABLE] * 2
        report = await run_load(plan("reconnect", central))
        assert (report.ready, report.messages, report.refused, report.retried) == (4, 4, 2, 2)
        assert report.seconds * 1000 == pytest.approx(report.max_ms, abs=1)


@in_loop
async def test_a_wrong_password_is_not_tried_again() -> None:
    async with counter() as central:
        central.refusals = [HTTPStatus.UNAUTHORIZED]
        report = await run_load(plan("reconnect", central))
        assert (report.ready, report.refused, report.retried) == (3, 1, 0)


@in_loop
async def test_refused_tags_are_errors_and_such_stations_send_nothing() -> None:
    async with counter() as central:
        central.tag_status = "Blocked"
        report = await run_load(plan("metervalues", central))
        assert (report.ready, report.messages, report.errors) == (0, 0, 4)


@in_loop
async def test_call_errors_are_errors() -> None:
    async with counter() as central:
        central.failing = "MeterValues"
        report = await run_load(plan("metervalues", central))
        assert report.errors == report.messages == central.count("MeterValues") > 0


@in_loop
async def test_lost_connections_are_counted_and_hold_nothing_up() -> None:
    async with counter() as central:
        central.closing = "MeterValues"
        report = await run_load(plan("metervalues", central, rate=1000))
        assert (report.ready, report.messages, report.dropped, report.unanswered) == (4, 0, 4, 4)
        assert report.unsent > 0


@in_loop
async def test_a_latency_counts_from_the_moment_the_message_was_due() -> None:
    async with counter() as central:
        report = await run_load(plan("metervalues", central, rate=50_000, stations=1))
        assert report.unsent > 0
        assert report.max_ms > 10


def test_times_go_on_by_a_millisecond_at_least() -> None:
    frames = Frames(Stamps(), run="r", connector_id=1, key="k", register_wh=0)
    messages = [json.loads(frames.meter_values())[3]["meterValue"][0]["timestamp"] for _ in range(2000)]
    assert messages == sorted(set(messages))
    assert messages[0].endswith("Z")
    assert len(messages[0]) == 24


def test_a_split_plan_is_the_whole_plan() -> None:
    parts = split(plan("idle", Counter(), rate=900, stations=9), 2)
    assert [[spec.identity for spec in part.stations] for part in parts] == [["L0", "L1", "L2", "L3", "L4"], ["L5", "L6", "L7", "L8"]]
    assert [part.rate for part in parts] == [500, 400]
    assert [part.first for part in parts] == [0, 5]


def test_reports_of_parts_add_up() -> None:
    first, second = (Tally(messages=3, seconds=2.0, errors=1), Tally(messages=1, seconds=1.0))
    first.latencies.extend([0.001, 0.002, 0.003])
    second.latencies.append(0.100)
    whole = report("mix", merged([first, second]))
    assert (whole.messages, whole.rate, whole.errors) == (4, 2.0, 1)
    assert (whole.p50_ms, whole.p95_ms, whole.max_ms) == (2.0, 100.0, 100.0)


def test_many_sockets_share_several_loopback_addresses() -> None:
    url = "ws://127.0.0.1:9000/{identity}"
    assert [source_address(url, number) for number in (0, 5_000, 12_000)] == [None, ("127.0.0.2", 0), ("127.0.0.3", 0)]
    assert source_address("ws://central.example/{identity}", 12_000) is None
