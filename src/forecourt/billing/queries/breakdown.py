"""The price of a charge by the hour, as the partner API shows it (`/charges/{id}/breakdown`). Gross, in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from forecourt.billing.queries.charges import LineRow, charge_lines, usage_of
from forecourt.kit.money import Money
from forecourt.pricing import rules as pricing
from forecourt.pricing.models import PriceGroupTag
from forecourt.pricing.rules import Line, LineKind, Unit


@dataclass(frozen=True, slots=True)
class Component:
    """A line, or its share of an hour. `kind` is the partner API's `Component.type`; `unit_minor` is the price of one `unit`, rounded."""

    kind: str
    price_minor: int
    description: str
    is_master: bool
    tag_id: int | None
    quantity: Decimal
    unit: Unit
    unit_minor: int
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Hour:
    """`[from_at, until_at)`, a whole hour in UTC, with its share of the master price."""

    from_at: datetime
    until_at: datetime
    components: tuple[Component, ...]

    @property
    def master_minor(self) -> int:
        return sum(component.price_minor for component in self.components if component.is_master)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """
    master + secondary + fees + adjustments − discount = total. The hours share the master price out exactly; fees and
    adjustments stand once. `secondary_minor` is for additions to the master price (tariffs on top of spot), none yet.
    """

    charge_id: int
    currency: str
    hours: tuple[Hour, ...]
    fees: tuple[Component, ...]
    adjustments: tuple[Component, ...]
    master_minor: int
    secondary_minor: int
    fees_minor: int
    adjustments_minor: int
    discount_minor: int
    total_minor: int


def breakdown(charge_id: int, *, purpose: str = "price") -> Breakdown | None:
    """The breakdown of a settled charge; None where it has no lines (free, or not settled). The caller has fetched the charge."""
    rows = charge_lines(charge_id, purpose=purpose)
    usage = usage_of(charge_id)
    if not rows or usage is None:
        return None
    lines = [_line(row) for row in rows]
    master = [line for line in lines if line.is_master]
    discounts = [line for line in lines if line.kind == LineKind.DISCOUNT]
    adjustments = [line for line in lines if line.kind == LineKind.ADJUSTMENT]
    fees = [line for line in lines if not line.is_master and line.kind not in (LineKind.DISCOUNT, LineKind.ADJUSTMENT)]
    return Breakdown(
        charge_id=charge_id,
        currency=rows[0].currency,
        hours=tuple(_hour(bucket) for bucket in pricing.split(master, usage, 3600)) if master else (),
        fees=tuple(_component(line, line.gross.minor, line.quantity) for line in fees),
        adjustments=tuple(_component(line, line.gross.minor, line.quantity) for line in adjustments),
        master_minor=_sum(master),
        secondary_minor=0,
        fees_minor=_sum(fees),
        adjustments_minor=_sum(adjustments),
        discount_minor=-_sum(discounts),
        total_minor=_sum(lines),
    )


def tags_of(found: Iterable[Breakdown]) -> dict[int, dict[str, Any]]:
    """The tags that the components name, deleted ones too: {id: id, name, description}. No query where none is named."""
    components = (
        part for one in found for part in (*one.fees, *one.adjustments, *(part for hour in one.hours for part in hour.components))
    )
    ids = {part.tag_id for part in components if part.tag_id is not None}
    rows = PriceGroupTag.objects.filter(pk__in=ids).values("id", "name", "description") if ids else ()
    return {row["id"]: dict(row) for row in rows}


def _hour(bucket: pricing.Bucket) -> Hour:
    return Hour(bucket.from_at, bucket.until_at, tuple(_component(part.line, part.gross.minor, part.quantity) for part in bucket.parts))


def _component(line: Line, minor: int, quantity: Decimal) -> Component:
    unit = Money.rounded(line.unit_price, line.gross.currency).minor
    return Component(
        line.kind.value, minor, line.description, line.is_master, line.tag_id, quantity, line.unit, unit, line.from_at, line.until_at
    )


def _sum(lines: list[Line]) -> int:
    return sum(line.gross.minor for line in lines)


def _line(row: LineRow) -> Line:
    return Line(
        LineKind(row.kind), row.description, row.quantity, Unit(row.unit), row.unit_price,
        Money(row.net_minor, row.currency), Money(row.vat_minor, row.currency), Money(row.gross_minor, row.currency),
        row.is_master, row.tag_id, row.from_at, row.until_at,
    )  # fmt: skip
