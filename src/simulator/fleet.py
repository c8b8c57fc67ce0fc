"""A fleet: many stations in one process, with the people who use them."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from simulator import driver, protocol
from simulator.chance import seeded
from simulator.clock import Clock
from simulator.connector import Connector
from simulator.driver import Drivers
from simulator.sockets import allow_sockets
from simulator.station import Station, StationSpec

log = logging.getLogger(__name__)

CONNECT_WITHIN_S = 2.0  # a fleet does not knock all at once


def read_stations(path: Path) -> list[StationSpec]:
    """
    The stations of a file: a JSON list, or an object with the list under `stations`.

    :raises ValueError: if the file is not of that shape.
    """
    content = msgspec.json.decode(path.read_bytes())
    return station_specs(content["stations"] if isinstance(content, dict) and "stations" in content else content)


def station_specs(stations: Iterable[StationSpec | Mapping[str, Any]]) -> list[StationSpec]:
    """The stations that speak OCPP 1.6; others are left out, with a warning."""
    specs = msgspec.convert(list(stations), list[StationSpec])
    others = [spec.identity for spec in specs if "2." in spec.protocol]
    if others:
        log.warning("left out, they do not speak %s: %s", protocol.SUBPROTOCOL, ", ".join(others))
    return [spec for spec in specs if "2." not in spec.protocol]


async def run_fleet(
    stations: Sequence[StationSpec | Mapping[str, Any]], ocpp_url: str, keys: Sequence[str], *, speed: float, seed: int, stop: asyncio.Event
) -> None:
    """
    Run the stations until `stop`, then end their charges, say goodbye and return.

    :param ocpp_url: the central system's URL with `{identity}` in it.
    :param keys: the charge keys that drivers hold; with none, they wait for a remote start.
    :param speed: 1 is life; at 10, people are ten times quicker and batteries ten times smaller.
    :raises TooFewFiles: if the system does not allow so many sockets.
    """
    specs, clock = station_specs(stations), Clock()
    allow_sockets(len(specs))
    fleet = [_build(spec, ocpp_url, keys, clock, speed, seed) for spec in specs]
    lives = [asyncio.create_task(_live(station, keys, speed, seed)) for station in fleet]
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopped, *lives], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*(station.leave() for station in fleet))
    finally:
        for task in (stopped, *lives):
            task.cancel()
        outcomes = await asyncio.gather(*lives, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


def _build(spec: StationSpec, url: str, keys: Sequence[str], clock: Clock, speed: float, seed: int) -> Station:
    guests = Drivers(seeded(seed, spec.identity, "remote"), keys, speed=speed)
    return Station(spec, url, clock=clock, rng=seeded(seed, spec.identity), guests=guests, speed=speed)


async def _live(station: Station, keys: Sequence[str], speed: float, seed: int) -> None:
    rng = seeded(seed, station.spec.identity, "network")
    await station.clock.sleep(rng.uniform(0, CONNECT_WITHIN_S))
    async with asyncio.TaskGroup() as group:
        group.create_task(station.run())
        group.create_task(_outages(station, rng, speed))
        for number, connector in station.connectors.items():
            drivers = Drivers(seeded(seed, station.spec.identity, number), keys, speed=speed)
            group.create_task(_visits(connector, drivers, station.clock))


async def _visits(connector: Connector, drivers: Drivers, clock: Clock) -> None:
    await clock.sleep(drivers.first_gap_s())
    while True:
        fault, visit = drivers.fault(), drivers.visit()
        if fault is not None and connector.is_free:
            await connector.fail(*fault)
        await connector.receive(visit)
        await clock.sleep(drivers.gap_s())


async def _outages(station: Station, rng: Random, speed: float) -> None:
    while True:
        await station.clock.sleep(driver.online_s(rng, speed=speed))
        away_s = driver.outage_s(rng, speed=speed)
        station.go_offline(away_s)
        await station.clock.sleep(away_s)
