"""One run of one scenario in this process, and the same split over several."""

import asyncio
import secrets
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from time import perf_counter, time

import uvloop

from simulator.chance import seeded
from simulator.load.dial import Dialler
from simulator.load.frames import Frames, Stamps
from simulator.load.scenarios import SCENARIOS, ScriptOf, stop
from simulator.load.station import LoadStation
from simulator.load.tally import Report, Tally, merged, report
from simulator.sockets import allow_sockets
from simulator.station import StationSpec

CONNECTING_AT_ONCE = 200
ANSWERS_WITHIN_S = 10.0
PREPARED_WITHIN_S = 120.0
TICK_S = 0.001
USUAL_INTERVAL_S = 300
PROCESSES_START_WITHIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What to run. `rate` is messages a second over all stations together (open loop); None is a closed loop.

    `first` is the number of the first station in the whole fleet, `start_at` (Unix time) when all processes begin.
    """

    scenario: str
    stations: Sequence[StationSpec]
    ocpp_url: str
    keys: Sequence[str]
    seconds: float
    rate: float | None = None
    first: int = 0
    start_at: float = 0.0


async def run_load(plan: Plan) -> Report:
    """Run the plan in this process and report."""
    return report(plan.scenario, await _Run(plan).whole())


def run_processes(plan: Plan, processes: int) -> Report:
    """Run the plan split evenly over so many processes, and report the whole."""
    parts = split(plan, processes)
    if processes == 1:
        return report(plan.scenario, _run_part(plan))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return report(plan.scenario, merged(pool.map(_run_part, parts)))


def split(plan: Plan, processes: int) -> list[Plan]:
    share = -(-len(plan.stations) // processes)
    start_at = time() + PROCESSES_START_WITHIN_S
    return [
        replace(
            plan,
            stations=plan.stations[first : first + share],
            rate=plan.rate and plan.rate * len(plan.stations[first : first + share]) / len(plan.stations),
            first=plan.first + first,
            start_at=start_at,
        )
        for first in range(0, len(plan.stations), share)
    ]


def _run_part(plan: Plan) -> Tally:
    return uvloop.run(_Run(plan).whole())


class _Run:
    def __init__(self, plan: Plan) -> None:
        self._plan, self._scenario = plan, SCENARIOS[plan.scenario]
        self._tally = Tally(stations=len(plan.stations))
        self._stations: list[LoadStation] = []
        self._began = 0.0
        self._stamps, self._id = Stamps(), secrets.token_hex(4)
        self._rng = seeded(plan.first, "retries")

    async def whole(self) -> Tally:
        allow_sockets(len(self._plan.stations))
        await asyncio.sleep(self._plan.start_at - time())
        self._began = perf_counter()
        if self._scenario.measured is None:
            await self._all_at_once()
        else:
            await self._in_parts(self._scenario.measured)
        for station in self._stations:
            station.close()
        return self._tally

    async def _all_at_once(self) -> None:
        """Everybody connects and boots at the same moment; a latency is the time from that moment until one is booted."""
        await asyncio.gather(*(self._prepared(number) for number in range(len(self._plan.stations))))
        self._tally.seconds = max(self._tally.latencies, default=0.0)

    async def _in_parts(self, measured: ScriptOf) -> None:
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def prepare(number: int) -> None:
            async with gate:
                await self._prepared(number)

        await asyncio.gather(*(prepare(number) for number in range(len(self._plan.stations))))
        self._tally.messages = 0
        del self._tally.latencies[:]
        await self._measure(measured, [station for station in self._stations if station.is_ready])
        await self._play_out([station.play(stop(station, self._tally)) for station in self._stations])

    async def _prepared(self, number: int) -> None:
        """Connect one station and play its preparation; count it if it is ready then."""
        plan, tally = self._plan, self._tally
        dialler = Dialler(plan.ocpp_url, tally, self._began + PREPARED_WITHIN_S, self._rng)
        station = await dialler.connect(plan.first + number, plan.stations[number], self._frames(number))
        if station is None:
            return
        self._stations.append(station)
        await asyncio.wait(
            [station.play(self._scenario.prepare(station, tally))], timeout=max(0.0, self._began + PREPARED_WITHIN_S - perf_counter())
        )
        station.give_up()
        if station.is_ready:
            tally.ready += 1
            tally.messages += 1
            tally.latencies.append(perf_counter() - self._began)

    def _frames(self, number: int) -> Frames:
        spec, keys = self._plan.stations[number], self._plan.keys
        return Frames(
            self._stamps,
            run=self._id,
            connector_id=spec.charge_points[0].connector_id if spec.charge_points else 1,
            key=keys[(self._plan.first + number) % len(keys)] if keys else "",
            register_wh=int(time()) % 10_000_000,
        )

    async def _measure(self, measured: ScriptOf, ready: list[LoadStation]) -> None:
        rate = self._rate(ready)
        began, self._tally.is_counting = perf_counter(), True
        played = [station.play(measured(station, self._tally), paced=rate is not None) for station in ready]
        if rate is None:
            await asyncio.sleep(self._plan.seconds)
        else:
            await _pace(ready, rate, self._plan.seconds)
        for station in ready:
            station.stop()
        await self._play_out(played)
        self._tally.seconds, self._tally.is_counting = perf_counter() - began, False

    def _rate(self, ready: list[LoadStation]) -> float | None:
        """The plan's; idle stations beat as often as they were told at boot."""
        if self._scenario is not SCENARIOS["idle"] or self._plan.rate is not None:
            return self._plan.rate
        return sum(1 / (station.interval_s or USUAL_INTERVAL_S) for station in ready)

    async def _play_out(self, played: "list[asyncio.Future[None]]") -> None:
        """Wait until all scripts have ended, 10 s for the slowest answer; what is missing then is counted."""
        if played:
            await asyncio.wait(played, timeout=ANSWERS_WITHIN_S)
        for station in self._stations:
            station.give_up()


async def _pace(stations: Sequence[LoadStation], rate: float, seconds: float) -> None:
    """Let messages fall due at an even rate, station after station, whether or not the answers keep up."""
    began, released, count = perf_counter(), 0, len(stations)
    while (elapsed := perf_counter() - began) < seconds:
        due = int(elapsed * rate) + 1 if count else 0
        for number in range(released, due):
            stations[number % count].release(began + number / rate)
        released = due
        await asyncio.sleep(TICK_S)
