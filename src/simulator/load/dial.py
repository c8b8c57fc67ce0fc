"""Connecting many sockets: source addresses, and trying again."""

import asyncio
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from time import perf_counter
from urllib.parse import urlsplit

from picows import WSError, WSHandshakeError, ws_connect

from simulator import protocol
from simulator.load.frames import Frames
from simulator.load.station import LoadStation
from simulator.load.tally import Tally
from simulator.station import StationSpec

HANDSHAKE_WITHIN_S = 60.0
SHORTEST_RETRY_S, LONGEST_RETRY_S = 0.2, 2.0
SOCKETS_PER_ADDRESS = 5_000  # ports run out at some 28,000 towards one server


@dataclass(frozen=True, slots=True)
class Dialler:
    """:meth:`connect` tries until `deadline` (in `perf_counter` seconds); a refused password is not tried again."""

    url: str
    tally: Tally
    deadline: float
    rng: Random

    async def connect(self, number: int, spec: StationSpec, frames: Frames) -> LoadStation | None:
        """The connected station, or None. `number` is its place in the whole fleet and chooses the source address."""
        pause_s = SHORTEST_RETRY_S
        while True:
            try:
                async with asyncio.timeout(max(0.0, self.deadline - perf_counter())):
                    return await self._connect_once(number, spec, frames)
            except (OSError, WSError, TimeoutError) as error:
                self.tally.refused += 1
                if _is_final(error) or perf_counter() + pause_s >= self.deadline:
                    return None
            self.tally.retried += 1
            await asyncio.sleep(pause_s * self.rng.uniform(0.5, 1.0))
            pause_s = min(LONGEST_RETRY_S, pause_s * 2)

    async def _connect_once(self, number: int, spec: StationSpec, frames: Frames) -> LoadStation:
        _, station = await ws_connect(
            lambda: LoadStation(frames, self.tally),
            protocol.address(self.url, spec.identity),
            extra_headers=protocol.upgrade_headers(spec.identity, spec.password),
            websocket_handshake_timeout=HANDSHAKE_WITHIN_S,
            read_buffer_init_size=1024,
            local_addr=source_address(self.url, number),
        )
        assert isinstance(station, LoadStation)
        return station


def source_address(url: str, number: int) -> tuple[str, int] | None:
    """Towards 127.0.0.0/8, every 5,000 sockets have a loopback address of their own; elsewhere the system chooses."""
    try:
        is_loopback = ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return None
    host = number // SOCKETS_PER_ADDRESS % 250
    return (f"127.0.0.{1 + host}", 0) if is_loopback and host else None


def _is_final(error: Exception) -> bool:
    return isinstance(error, WSHandshakeError) and error.response is not None and error.response.status in (401, 403, 404)
