"""Energy per 300 seconds of a charge, from whatever samples the station sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

PERIOD = 300  # seconds
LONG_GAP = 900  # seconds; a longer silence between two registers is shared out evenly and marked as estimated
LONGEST = timedelta(days=62)  # a clock that is wrong by years must not make a million buckets


@dataclass(frozen=True, slots=True)
class Buckets:
    """`wh[i]` flowed in `[from_at + 300 s × i, from_at + 300 s × (i + 1))`. `estimated`: indexes that were shared out."""

    from_at: datetime
    wh: tuple[int, ...]
    estimated: tuple[int, ...]


def energy_buckets(
    *, started_at: datetime, stopped_at: datetime, start_wh: int, stop_wh: int, samples: Iterable[tuple[datetime, int]]
) -> Buckets:
    """
    Share a charge's energy out over periods of 300 seconds, by straight lines between the registers that are known.

    The sum is exactly `stop_wh - start_wh` whatever the samples: they may come in any order, twice, late, run backwards
    or lie outside the charge. A period in a silence of more than 900 seconds in which energy flowed is marked estimated.
    """
    stopped_at = min(max(stopped_at, started_at), started_at + LONGEST)
    points = _known_points(started_at, stopped_at, start_wh, stop_wh, samples)
    first = int(started_at.timestamp()) // PERIOD
    last = max(first, -(-int(stopped_at.timestamp() * 1_000_000) // (PERIOD * 1_000_000)) - 1)
    edges = _registers_at([(period + 1) * PERIOD for period in range(first, last)], points)
    registers = [start_wh, *edges, stop_wh]
    return Buckets(
        from_at=datetime.fromtimestamp(first * PERIOD, tz=UTC),
        wh=tuple(after - before for before, after in pairwise(registers)),
        estimated=_estimated(points, first, last),
    )


def coarser(buckets: Buckets, seconds: int) -> list[tuple[datetime, int]]:
    """The same energy by whole multiples of 300 seconds (900, 3600 …), counted from midnight UTC: (from, Wh)."""
    sums: dict[int, int] = {}
    first = int(buckets.from_at.timestamp())
    for index, wh in enumerate(buckets.wh):
        start = (first + index * PERIOD) // seconds * seconds
        sums[start] = sums.get(start, 0) + wh
    return [(datetime.fromtimestamp(start, tz=UTC), wh) for start, wh in sums.items()]


Point = tuple[float, int]


def _known_points(
    started_at: datetime, stopped_at: datetime, start_wh: int, stop_wh: int, samples: Iterable[tuple[datetime, int]]
) -> list[Point]:
    """Times (Unix seconds) and registers, both rising, from the start to the stop. A register that ran back or too far is left out."""
    points: list[Point] = [(started_at.timestamp(), start_wh)]
    for at, wh in sorted(samples):
        if started_at < at < stopped_at and points[-1][1] <= wh <= stop_wh:
            points.append((at.timestamp(), wh))
    points.append((stopped_at.timestamp(), stop_wh))
    return points


def _registers_at(edges: list[int], points: list[Point]) -> list[int]:
    """The register at each edge (rising), cut to whole watt-hours."""
    found, place = [], 0
    for edge in edges:
        while place + 2 < len(points) and points[place + 1][0] <= edge:
            place += 1
        (from_at, from_wh), (until_at, until_wh) = points[place], points[place + 1]
        share = min(max((edge - from_at) / (until_at - from_at), 0.0), 1.0) if until_at > from_at else 1.0
        found.append(from_wh + int((until_wh - from_wh) * share))
    return found


def _estimated(points: list[Point], first: int, last: int) -> tuple[int, ...]:
    marked: set[int] = set()
    for (from_at, from_wh), (until_at, until_wh) in pairwise(points):
        if until_at - from_at > LONG_GAP and until_wh > from_wh:
            marked.update(range(int(from_at) // PERIOD, min(int(until_at) // PERIOD, last) + 1))
    return tuple(sorted(period - first for period in marked))
