"""Stations as tests need them: raw frames over `websockets`, and waiting for what happens beside them."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

from websockets.sync.client import ClientConnection, connect

from forecourt.gateway.server import Gateway
from forecourt.network.tests.factories import STATION_PASSWORD

T = TypeVar("T")


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


class Station:
    """One connection of one station. `call` sends a CALL and gives the answer's frame."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self._count = socket, 0

    def send(self, frame: str) -> list[Any]:
        self.socket.send(frame)
        answer: list[Any] = json.loads(self.socket.recv(5))
        return answer

    def call(self, action: str, payload: object, *, message_id: str | None = None) -> list[Any]:
        self._count += 1
        return self.send(json.dumps([2, message_id or f"m{self._count}", action, payload]))

    def answer_next(self, payload: object) -> list[Any]:
        """Answer the next CALL that comes from the gateway; the CALL."""
        asked: list[Any] = json.loads(self.socket.recv(5))
        self.socket.send(json.dumps([3, asked[1], payload]))
        return asked


class Running:
    """A gateway that serves. `ids` are those of the fixture `network`."""

    def __init__(self, gateway: Gateway, loop: asyncio.AbstractEventLoop, ids: dict[str, int]) -> None:
        self.gateway, self.ids, self._loop = gateway, ids, loop

    def url(self, identity: str, scheme: str = "ws") -> str:
        return f"{scheme}://127.0.0.1:{self.gateway.port}/ocpp/{identity}"

    def connect(self, identity: str = "CP1", password: str = STATION_PASSWORD, *, scheme: str = "ws", **more: Any) -> Station:
        options: dict[str, Any] = {
            "subprotocols": ["ocpp1.6"],
            "additional_headers": basic(identity, password),
            "open_timeout": 5,
            "close_timeout": 1,
        }
        return Station(connect(self.url(identity, scheme), **(options | more)))

    def do(self, work: Callable[[], T]) -> T:
        """Run something in the gateway's own thread."""

        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(5)


def eventually(look: Callable[[], T | None], within: float = 6.0) -> T:
    """What `look` gives as soon as it gives something; fails when it never does."""
    until = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < until, "it never happened"
        _pause()
    return found


def _pause() -> None:
    time.sleep(0.02)
