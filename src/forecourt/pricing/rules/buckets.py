"""Lines by the hour (or a smaller whole part of one), for the partner API's breakdown. Parts sum exactly to their line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from forecourt.kit.money import Money
from forecourt.pricing.rules.lines import Line
from forecourt.pricing.rules.usage import Unit, Usage

BUCKET = timedelta(seconds=300)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """A line's share of one bucket. net + vat = gross; the quantities of the parts add up to the line's."""

    line: Line
    quantity: Decimal
    net: Money
    vat: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Bucket:
    """`[from_at, until_at)`, whole multiples of the bucket's length in UTC."""

    from_at: datetime
    until_at: datetime
    parts: tuple[Part, ...]


def split(lines: Sequence[Line], usage: Usage, seconds: int = 3600) -> tuple[Bucket, ...]:
    """
    Share the lines out over buckets of `seconds` (a whole multiple of 300).

    Energy goes by the energy of each bucket, minutes by the time that the line lies in it, and what is charged once goes
    to the bucket in which it fell due. A part lies within one minor unit of its share, net and VAT each.
    """
    starts = _starts(lines, usage, timedelta(seconds=seconds))
    length = timedelta(seconds=seconds)
    shared = [_shares(line, usage, starts, length) for line in lines]
    return tuple(
        Bucket(start, start + length, tuple(parts[place] for parts in shared if parts[place].gross.minor))
        for place, start in enumerate(starts)
    )


def _starts(lines: Sequence[Line], usage: Usage, length: timedelta) -> list[datetime]:
    end = max([usage.stopped_at, *(line.until_at for line in lines)])
    first = EPOCH + (usage.started_at - EPOCH) // length * length
    return [first + place * length for place in range(max(1, -(-(end - first) // length)))]


def _shares(line: Line, usage: Usage, starts: Sequence[datetime], length: timedelta) -> list[Part]:
    weights = _weights(line, usage, starts, length)
    nets, vats, whole = line.net.split(weights), line.vat.split(weights), sum(weights)
    return [Part(line, line.quantity * weight / whole, net, vat, net + vat) for weight, net, vat in zip(weights, nets, vats, strict=True)]


def _weights(line: Line, usage: Usage, starts: Sequence[datetime], length: timedelta) -> list[int]:
    by_energy, by_time = _each(starts, length, usage, line)
    if line.unit == Unit.KWH and any(weights := [by_energy(start) for start in starts]):
        return weights
    if line.unit != Unit.CHARGE and any(weights := [by_time(start) for start in starts]):
        return weights
    due = min((line.from_at - starts[0]) // length, len(starts) - 1)
    return [int(place == max(0, due)) for place in range(len(starts))]


def _each(
    starts: Sequence[datetime], length: timedelta, usage: Usage, line: Line
) -> tuple[Callable[[datetime], int], Callable[[datetime], int]]:
    energy = dict.fromkeys(starts, 0)
    for place, wh in enumerate(usage.buckets_wh):
        start = EPOCH + (usage.buckets_from_at + place * BUCKET - EPOCH) // length * length
        energy[min(max(start, starts[0]), starts[-1])] += wh

    def seconds_within(start: datetime) -> int:
        return max(0, (min(start + length, line.until_at) - max(start, line.from_at)) // timedelta(seconds=1))

    return energy.__getitem__, seconds_within
