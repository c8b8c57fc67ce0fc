"""Thirteen months of visits at one charge point: pure, and the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

PERIOD = timedelta(seconds=300)
# How busy the hours of a day are (local time does not matter for a demo): few at night, peaks at noon and after work.
AC_HOURS = (1, 1, 1, 1, 1, 2, 4, 8, 9, 6, 5, 6, 7, 6, 6, 8, 11, 14, 13, 10, 8, 6, 4, 2)
DC_HOURS = (1, 1, 1, 1, 1, 2, 5, 8, 8, 8, 9, 11, 12, 11, 10, 11, 12, 12, 10, 8, 6, 4, 3, 2)
WEEKEND = 0.75
FAILS = 0.03
OUTAGE = 0.012  # per gap between two visits


@dataclass(frozen=True, slots=True)
class Visit:
    """One charge as it happened. `wh` are the energies of the 300-second periods from `from_at` on."""

    plugged_at: datetime
    started_at: datetime
    ended_at: datetime  # energy flowed for the last time
    stopped_at: datetime
    released_at: datetime
    from_at: datetime
    wh: tuple[int, ...]
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """The charge point was in one state for a while."""

    state: str
    cause: str
    from_at: datetime
    until_at: datetime


def visits(seed: random.Random, *, max_w: int, is_fast: bool, a_day: float, from_at: datetime, until_at: datetime) -> Iterator[Visit]:
    """Visits in order, none overlapping, on average `a_day` a day; the last one is over before `until_at`."""
    hours = DC_HOURS if is_fast else AC_HOURS
    free_from = from_at
    day = from_at.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < until_at:
        wanted = a_day * (WEEKEND if day.weekday() >= 5 and not is_fast else 1) * (0.85 + 0.3 * (day.timetuple().tm_yday % 60) / 60)
        count = int(wanted) + (seed.random() < wanted % 1)
        for hour in sorted(seed.choices(range(24), hours, k=count)):
            at = max(day + timedelta(hours=hour, seconds=seed.randrange(3600)), free_from + timedelta(minutes=seed.randrange(3, 40)))
            visit = _visit(seed, at, max_w=max_w, is_fast=is_fast)
            if visit.released_at >= until_at:
                return
            yield visit
            free_from = visit.released_at
        day += timedelta(days=1)


def _visit(seed: random.Random, at: datetime, *, max_w: int, is_fast: bool) -> Visit:
    started_at = at + timedelta(seconds=seed.randrange(8, 60))
    if seed.random() < FAILS:
        return Visit(at, started_at, started_at, started_at, started_at + timedelta(minutes=2), started_at, (), has_failed=True)
    wanted_wh = int(seed.triangular(4_000, 68_000 if is_fast else 55_000, 30_000 if is_fast else 18_000))
    power = min(max_w, seed.choice((50_000, 75_000, 100_000, 150_000)) if is_fast else seed.choice((3_700, 7_400, 11_000, 11_000, 22_000)))
    from_at = datetime.fromtimestamp(started_at.timestamp() // 300 * 300, tz=started_at.tzinfo)
    wh, ended_at = _curve(wanted_wh, power, started_at, from_at)
    stays = 0 if seed.random() < 0.5 else seed.expovariate(1 / (6 if is_fast else 55))
    stopped_at = ended_at + timedelta(minutes=min(stays, 600))
    return Visit(at, started_at, ended_at, stopped_at, stopped_at + timedelta(seconds=seed.randrange(20, 240)), from_at, wh)


def _curve(wanted_wh: int, power_w: int, started_at: datetime, from_at: datetime) -> tuple[tuple[int, ...], datetime]:
    """Full power, then a taper over the last fifth of the energy; the sum is exactly what was wanted."""
    periods: list[int] = []
    left, at = wanted_wh, started_at
    while left > 0:
        share = 1.0 if left > wanted_wh / 5 else max(0.3, 5 * left / wanted_wh)
        seconds = (from_at + PERIOD * (len(periods) + 1) - at).total_seconds()
        flowing = min(left, max(1, int(power_w * share * seconds / 3600)))
        periods.append(flowing)
        left -= flowing
        at = from_at + PERIOD * len(periods)
    return tuple(periods), at


def stretches(seed: random.Random, happened: list[Visit], *, from_at: datetime, until_at: datetime) -> Iterator[Stretch]:
    """The states of the charge point over the whole time, without gaps; now and then an outage between two visits. The last is open."""
    at = from_at
    for visit in happened:
        yield from _between(seed, at, visit.plugged_at)
        if visit.has_failed:
            yield Stretch("busy", "Preparing", visit.plugged_at, visit.released_at)
        else:
            yield Stretch("busy-charging", "Charging", visit.plugged_at, visit.ended_at)
            if visit.stopped_at > visit.ended_at:
                yield Stretch("busy-non-charging", "SuspendedEV", visit.ended_at, visit.stopped_at)
            yield Stretch("busy-non-released", "Finishing", visit.stopped_at, visit.released_at)
        at = visit.released_at
    yield from _between(seed, at, until_at)


def _between(seed: random.Random, from_at: datetime, until_at: datetime) -> Iterator[Stretch]:
    gap = until_at - from_at
    if gap > timedelta(hours=2) and seed.random() < OUTAGE:
        down_at = from_at + gap * 0.3
        up_at = down_at + min(gap * 0.6, timedelta(minutes=seed.randrange(4, 900)))
        state, cause = seed.choice((("disconnected", "connection lost"), ("error", "GroundFailure"), ("error", "ConnectorLockFailure")))
        yield Stretch("available", "NoError", from_at, down_at)
        yield Stretch(state, cause, down_at, up_at)
        from_at = up_at
    if until_at > from_at:
        yield Stretch("available", "NoError", from_at, until_at)
