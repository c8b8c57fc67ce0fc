"""Which calls are committed together, which beside each other, and which wait for their turn."""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

from forecourt.gateway import batches as module
from forecourt.gateway.batches import Batches
from forecourt.gateway.calls import Call


@dataclass
class Station:
    station_id: int
    subprotocol: str = "ocpp1.6"
    number: int = 1
    answered: list[str] = field(default_factory=list)

    def answer(self, call: Call) -> None:
        self.answered.append(call.action)


@dataclass
class Held:
    """Stands for the commit: each batch stays under way until it is let go."""

    under_way: list[list[str]] = field(default_factory=list)
    gates: list[threading.Event] = field(default_factory=list)

    def record(self, calls: list[Call], lines: list[str], subprotocols: list[str]) -> None:
        gate = threading.Event()
        self.gates.append(gate)
        self.under_way.append([call.action for call in calls])
        assert gate.wait(5)


def call(station: Station, action: str) -> Call:
    return Call(station, "m", action, None, b"", None, 0)


async def until(wanted: Any) -> None:
    async with asyncio.timeout(5):
        while not wanted():
            await asyncio.sleep(0.002)


def test_calls_that_lock_what_is_shared_follow_each_other_and_the_others_pass(monkeypatch):
    held = Held()
    monkeypatch.setattr(module, "record", held.record)

    async def scenario() -> None:
        batches = Batches(collect_s=0.0, threads=2)
        running = asyncio.create_task(batches.run())
        first, second, other = Station(1), Station(2), Station(3)
        batches.add(call(first, "StartTransaction"), in_turn=True)
        await until(lambda: len(held.under_way) == 1)
        batches.add(call(second, "StartTransaction"), in_turn=True)
        batches.add(call(other, "MeterValues"), in_turn=False)
        await until(lambda: len(held.under_way) == 2)
        await asyncio.sleep(0.05)
        assert held.under_way == [["StartTransaction"], ["MeterValues"]]  # the second start waits for the first
        held.gates[1].set()
        await until(lambda: other.answered)
        assert len(held.under_way) == 2
        held.gates[0].set()
        await until(lambda: len(held.under_way) == 3)
        assert (first.answered, second.answered) == (["StartTransaction"], [])
        held.gates[2].set()
        await batches.finish()
        assert second.answered == ["StartTransaction"]
        assert (batches.batches, batches.committed) == (3, 3)
        running.cancel()
        await batches.close()

    asyncio.run(scenario())
