"""What a run counted, and the report made of it."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec


@dataclass(slots=True)
class Tally:
    """
    Latencies are in seconds. `messages` are answered calls of the measured part; errors count in all parts.

    Errors are CALLERRORs, refused tags and refused boots. `refused` are attempts to connect that failed, `retried` those
    of them that were tried again; `dropped` are connections lost; `unsent` fell due but waited to the end for an answer.
    """

    stations: int = 0
    ready: int = 0
    messages: int = 0
    unanswered: int = 0
    unsent: int = 0
    errors: int = 0
    refused: int = 0
    retried: int = 0
    dropped: int = 0
    seconds: float = 0.0
    is_counting: bool = False
    latencies: "array[float]" = field(default_factory=lambda: array("d"))


class Report(msgspec.Struct):
    scenario: str
    stations: int
    ready: int
    seconds: float
    messages: int
    rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    errors: int
    refused: int
    retried: int
    dropped: int
    unanswered: int
    unsent: int


def merged(tallies: Iterable[Tally]) -> Tally:
    """The sum; the time is the longest."""
    total = Tally()
    for tally in tallies:
        for name in ("stations", "ready", "messages", "unanswered", "unsent", "errors", "refused", "retried", "dropped"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
        total.seconds = max(total.seconds, tally.seconds)
        total.latencies.extend(tally.latencies)
    return total


def report(scenario: str, tally: Tally) -> Report:
    ordered = sorted(tally.latencies)
    return Report(
        scenario=scenario,
        stations=tally.stations,
        ready=tally.ready,
        seconds=round(tally.seconds, 3),
        messages=tally.messages,
        rate=round(tally.messages / tally.seconds, 1) if tally.seconds else 0.0,
        p50_ms=_percentile_ms(ordered, 50),
        p95_ms=_percentile_ms(ordered, 95),
        p99_ms=_percentile_ms(ordered, 99),
        max_ms=_percentile_ms(ordered, 100),
        errors=tally.errors,
        refused=tally.refused,
        retried=tally.retried,
        dropped=tally.dropped,
        unanswered=tally.unanswered,
        unsent=tally.unsent,
    )


def _percentile_ms(ordered: list[float], percent: int) -> float:
    """The smallest latency that so many percent do not exceed (nearest rank)."""
    if not ordered:
        return 0.0
    rank = max(1, -(-len(ordered) * percent // 100))
    return round(ordered[rank - 1] * 1000, 3)
