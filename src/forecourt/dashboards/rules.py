"""Sums over days and how they compare. Pure Python."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class DayTotal:
    """One day in one currency."""

    day: date
    currency: str
    charges: int
    failed: int
    energy_wh: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The last so many days, today included, beside as many days before them."""

    now: int
    before: int
    by_day: tuple[int, ...]  # oldest first

    @property
    def change_percent(self) -> int | None:
        """How much more than before, in whole percent; None where there was nothing before to compare with."""
        if self.before <= 0:
            return None
        share = Decimal(100) * (self.now - self.before) / self.before
        return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def trend(totals: Iterable[DayTotal], value: Callable[[DayTotal], int], *, today: date, days: int) -> Trend:
    """The last `days` days up to and including `today`, compared with the `days` days before. Days without charges count as 0."""
    sums: dict[date, int] = {}
    for total in totals:
        sums[total.day] = sums.get(total.day, 0) + value(total)
    by_day = tuple(sums.get(today - timedelta(days=ago), 0) for ago in reversed(range(days)))
    before = sum(sums.get(today - timedelta(days=ago), 0) for ago in range(days, 2 * days))
    return Trend(sum(by_day), before, by_day)


def currencies(totals: Sequence[DayTotal]) -> list[str]:
    """The currencies in which there was revenue; the one with the most charges first."""
    charges: dict[str, int] = {}
    for total in totals:
        if total.revenue_minor:
            charges[total.currency] = charges.get(total.currency, 0) + total.charges
    return sorted(charges, key=lambda currency: (-charges[currency], currency))
