"""From what was drawn to lines: rounding, VAT, discounts, the cap. One component is one line over the whole charge, rounded once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from forecourt.kit.money import Money
from forecourt.pricing.rules.components import Cap, Component
from forecourt.pricing.rules.usage import Drawn, LineKind, Unit, Usage

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Discount:
    """`percent` (0..100) off what the charge costs, fees included (spec §7, §14). Fixed at the charge's start."""

    percent: Decimal
    description: str = "Discount"


@dataclass(frozen=True, slots=True)
class Tariff:
    """Everything that is fixed at the start of a charge. `vat_rate` is a fraction (0.25). Discounts apply in their order."""

    components: tuple[Component, ...]
    currency: str
    is_vat_included: bool
    vat_rate: Decimal
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """
    One line of a price. `unit_price` is in major units per `unit`, including VAT where the price does.

    net + vat = gross, always. The amount may be less than quantity × unit price: a fee's own maximum is in it.
    """

    kind: LineKind
    description: str
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    net: Money
    vat: Money
    gross: Money
    is_master: bool
    tag_id: int | None
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Total:
    net: Money
    vat: Money
    gross: Money


def price(usage: Usage, tariff: Tariff) -> tuple[Line, ...]:
    """
    Price a charge, one line per thing charged for: the master price, fees as listed, discounts, the cap.

    Each line is rounded on its own, so an invoice's total is exactly the sum of what is printed on it. Lines that come
    to nothing are left out; a free charge has none. Source: spec P2.6; docs/domains/pricing.md.
    """
    lines = [_line(drawn, tariff) for component in tariff.components for drawn in component.draw(usage)]
    for discount in tariff.discounts:
        lines.append(_line(_discounted(discount, lines, usage, tariff), tariff))
    for cap in _caps(tariff):
        lines.append(_line(_capped(cap, lines, usage, tariff), tariff))
    return tuple(line for line in lines if line.gross.minor)


def total(lines: Iterable[Line], currency: str) -> Total:
    """The sums of the lines: exactly what is printed."""
    net = vat = Money.zero(currency)
    for line in lines:
        net, vat = net + line.net, vat + line.vat
    return Total(net, vat, net + vat)


def running(usage: Usage, tariff: Tariff) -> Money:
    """What a charge costs so far, gross. `usage.stopped_at` is the present; the same engine, so no surprise at the end."""
    return total(price(usage, tariff), tariff.currency).gross


def reached(limit: Money, usage: Usage, tariff: Tariff) -> bool:
    """Whether the running price has come to the driver's price limit (gross, the tariff's currency)."""
    return running(usage, tariff).minor >= limit.minor


def parse_discounts(stored: Sequence[dict[str, Any]]) -> tuple[Discount, ...]:
    """The discounts that a charge stored at its start: `{"percent": "10", "description": "…"}`, in their order."""
    return tuple(Discount(Decimal(one["percent"]), one.get("description") or "Discount") for one in stored)


def _line(drawn: Drawn, tariff: Tariff) -> Line:
    """Round once, on the side that the price is on; the other side and the VAT follow."""
    first = Money.rounded(drawn.amount, tariff.currency)
    if tariff.is_vat_included:
        gross, net = first, Money.rounded(first.major / (1 + tariff.vat_rate), tariff.currency)
        vat = gross - net
    else:
        net, vat = first, Money.rounded(first.major * tariff.vat_rate, tariff.currency)
        gross = net + vat
    return Line(
        drawn.kind, drawn.description, drawn.quantity, drawn.unit, drawn.unit_price,
        net, vat, gross, drawn.is_master, drawn.tag_id, drawn.from_at, drawn.until_at,
    )  # fmt: skip


def _sum(lines: Iterable[Line], tariff: Tariff) -> Decimal:
    """On the side that the price is on, in major units."""
    return sum((line.gross.major if tariff.is_vat_included else line.net.major for line in lines), Decimal(0))


def _discounted(discount: Discount, lines: Sequence[Line], usage: Usage, tariff: Tariff) -> Drawn:
    off = _sum(lines, tariff) * discount.percent / HUNDRED
    return _reduction(LineKind.DISCOUNT, discount.description, off, usage, tariff)


def _capped(cap: Cap, lines: Sequence[Line], usage: Usage, tariff: Tariff) -> Drawn:
    above = max(_sum(lines, tariff) - cap.price, Decimal(0))
    return _reduction(LineKind.ADJUSTMENT, cap.description or "Highest price of a charge", above, usage, tariff)


def _reduction(kind: LineKind, description: str, by: Decimal, usage: Usage, tariff: Tariff) -> Drawn:
    """Rounded here already, so that the unit price is what the line says."""
    amount = Money.rounded(-by, tariff.currency).major
    return Drawn(kind, description, Decimal(1), Unit.CHARGE, amount, amount, usage.started_at, usage.started_at)


def _caps(tariff: Tariff) -> Iterator[Cap]:
    return (component for component in tariff.components if isinstance(component, Cap))
