"""A tiny central system of the `websockets` and `ocpp` libraries: it checks every message against the standard's schemas."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import wraps
from http import HTTPStatus
from random import Random
from typing import Any

from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from simulator.clock import Clock
from simulator.connector import Visit
from simulator.curve import Vehicle
from simulator.driver import Drivers
from simulator.station import ChargePointSpec, Station, StationSpec

IDENTITY, PASSWORD = "SIM-1", "a-password-of-some-length"
RATE = 1000.0  # a minute takes 60 ms
NOW = "2026-11-22T10:00:00.000Z"
CALLS = ("BootNotification", "Heartbeat", "StatusNotification", "Authorize", "StartTransaction", "MeterValues", "StopTransaction")


def in_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run an async test, ten seconds at most."""

    @wraps(test)
    def run() -> None:
        asyncio.run(asyncio.wait_for(test(), 10))

    del run.__wrapped__  # or pytest takes it for the async test
    return run


class Central:
    """`said` is all that the station said, in order. `refused_tags` may not charge."""

    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.message_ids: list[str] = []
        self.refused_tags: set[str] = set()
        self.swallow: set[str] = set()  # actions whose next message is received, but the connection dies before the answer
        self.point: ChargePoint | None = None
        self.port = 0
        self._news = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp/{{identity}}"

    def all(self, action: str) -> list[dict[str, Any]]:
        return [payload for said, payload in self.said if said == action]

    def statuses(self, connector_id: int = 1) -> list[str]:
        return [payload["status"] for payload in self.all("StatusNotification") if payload["connector_id"] == connector_id]

    async def hear(self, action: str, count: int = 1) -> dict[str, Any]:
        """Wait until the station has said this so often, and return the latest."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.all(action)) >= count)
        return self.all(action)[count - 1]

    async def hear_status(self, status: str) -> None:
        async with self._news:
            await self._news.wait_for(lambda: status in self.statuses())

    async def note(self, action: str, payload: dict[str, Any]) -> None:
        async with self._news:
            self.said.append((action, payload))
            self._news.notify_all()

    async def ask(self, request: object) -> Any:
        assert self.point is not None
        return await self.point.call(request, suppress=False)

    def drop(self) -> None:
        assert self.point is not None
        self.point._connection.transport.abort()

    def answer(self, action: str, payload: dict[str, Any]) -> Any:
        tag = {"status": "Invalid" if payload.get("id_tag") in self.refused_tags else "Accepted"}
        match action:
            case "BootNotification":
                return call_result.BootNotification(current_time=NOW, interval=60, status="Accepted")
            case "Heartbeat":
                return call_result.Heartbeat(current_time=NOW)
            case "Authorize":
                return call_result.Authorize(id_tag_info=tag)
            case "StartTransaction":
                return call_result.StartTransaction(transaction_id=7000 + len(self.all(action)), id_tag_info=tag)
        return getattr(call_result, action)()

    async def serve_station(self, connection: ServerConnection) -> None:
        self.point = _Point(self, connection)
        with suppress(ConnectionClosed):
            await self.point.start()


class _Point(ChargePoint):
    def __init__(self, central: Central, connection: ServerConnection) -> None:
        self.central = central
        super().__init__(IDENTITY, connection)
        for action in CALLS:
            self.route_map[action] = {"_on_action": self._handler(action), "_skip_schema_validation": False}

    def _handler(self, action: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def handle(call_unique_id: str = "", **payload: Any) -> Any:
            self.central.message_ids.append(call_unique_id)
            await self.central.note(action, payload)
            if action in self.central.swallow:
                self.central.swallow.discard(action)
                self.central.drop()
            return self.central.answer(action, payload)

        return handle


def _authenticate(connection: ServerConnection, request: Request) -> Response | None:
    expected = base64.b64encode(f"{IDENTITY}:{PASSWORD}".encode()).decode()
    if request.headers.get("Authorization") == f"Basic {expected}" and request.path == f"/ocpp/{IDENTITY}":
        return None
    return connection.respond(HTTPStatus.UNAUTHORIZED, "wrong password\n")


@asynccontextmanager
async def central_system() -> AsyncIterator[Central]:
    central = Central()
    async with serve(central.serve_station, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], process_request=_authenticate) as server:
        central.port = next(iter(server.sockets)).getsockname()[1]
        yield central


@asynccontextmanager
async def booted_station(central: Central, *, connectors: int = 1) -> AsyncIterator[Station]:
    points = [ChargePointSpec(connector_id=number) for number in range(1, connectors + 1)]
    spec = StationSpec(IDENTITY, PASSWORD, points, type="ac", max_kw=11)
    guests = Drivers(Random(2), ["guest"], speed=1)
    station = Station(spec, central.url, clock=Clock(RATE), rng=Random(1), guests=guests, speed=1)
    life = asyncio.create_task(station.run())
    try:
        await station.online()
        yield station
    finally:
        await station.leave()
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)


def visit(
    *, id_tag: str | None = "tag-1", stay_s: float = 100, tap_after_s: float = 5, battery_wh: float = 60_000, linger_full_s: float = 30
) -> Visit:
    vehicle = Vehicle(battery_wh, max_ac_w=11_000, max_dc_w=100_000)
    return Visit(vehicle, id_tag, 0.5, 0.9, tap_after_s, stay_s, linger_full_s, unplug_after_s=5)
