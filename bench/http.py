"""A small HTTP/1.1 client for measuring: keep-alive connections in a closed loop, latencies per request."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Measured:
    requests: int
    seconds: float
    latencies_ms: list[float]
    bad: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, part: float) -> float:
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def measure(base: str, paths: Sequence[str], headers: dict[str, str], *, seconds: float, connections: int) -> Measured:
    """Ask for the paths in turn over so many connections for so long. Anything but 200 counts as bad."""
    return asyncio.run(_measure(base, paths, headers, seconds, connections))


async def _measure(base: str, paths: Sequence[str], headers: dict[str, str], seconds: float, connections: int) -> Measured:
    at = urlsplit(base)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    asked = [f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\n{lines}\r\n".encode() for path in paths]
    latencies: list[float] = []
    bad = 0
    until = time.perf_counter() + seconds

    async def one(offset: int) -> None:
        nonlocal bad
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        turn = offset
        while time.perf_counter() < until:
            begun = time.perf_counter()
            writer.write(asked[turn % len(asked)])
            turn += 1
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            latencies.append((time.perf_counter() - begun) * 1000)
            bad += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one(offset) for offset in range(connections)))
    return Measured(len(latencies), time.perf_counter() - started, latencies, bad)
