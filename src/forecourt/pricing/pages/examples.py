"""An example charge, priced by the engine itself: what a price means, before anybody pays by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from forecourt.kit.money import Money
from forecourt.portal.formats import NBSP, money, number
from forecourt.pricing import rules
from forecourt.pricing.words import line_name, unit_price

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
ENERGY_WH, CHARGING, IDLE = 30_000, timedelta(minutes=60), timedelta(minutes=20)
USAGE = rules.Usage(
    started_at=START,
    stopped_at=START + CHARGING,
    charging_ended_at=START + CHARGING,
    released_at=START + CHARGING + IDLE,
    energy_wh=ENERGY_WH,
    buckets_from_at=START,
    reports_release=True,
)


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """As `portal/_price_lines.html` takes it."""

    label: str
    quantity: str
    unit_price: str
    net: Money
    vat: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Example:
    lines: tuple[ExampleLine, ...]
    totals: rules.Total
    vat_percent: str
    is_vat_included: bool  # in the unit prices


def example(components: Sequence[rules.Component], currency: str, *, is_vat_included: bool, vat_rate: Decimal) -> Example:
    """30 kWh in 60 minutes, then 20 minutes with the cable still in."""
    lines = rules.price(USAGE, rules.Tariff(tuple(components), currency, is_vat_included, vat_rate))
    shown = tuple(_shown(line, currency) for line in lines)
    return Example(shown, rules.total(lines, currency), number(vat_rate * 100), is_vat_included)


def _shown(line: rules.Line, currency: str) -> ExampleLine:
    is_once = line.unit == rules.Unit.CHARGE
    quantity = number(line.quantity) if is_once else f"{number(line.quantity)}{NBSP}{line.unit}"
    price = money(Money.rounded(line.unit_price, currency)) if line.unit_price < 0 else unit_price(line.unit_price, currency)
    return ExampleLine(line_name(line.description), quantity, price, line.net, line.vat, line.gross)
