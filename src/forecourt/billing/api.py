"""The price of a charge in parts (partner API §11.10 `get-charge-breakdown`). Amounts are minor units."""

from collections.abc import Mapping
from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.shapes import CurrencyOut, Id, Moment, Out, Payload
from forecourt.billing import queries
from forecourt.billing.queries.breakdown import Breakdown, Component, Hour
from forecourt.charging.models import Charge
from forecourt.charging.rules.sides import sight
from forecourt.places.models import Currency
from forecourt.pricing.rules import LineKind, Unit

router = Router(tags=["Charges"])
Tags = Mapping[int, dict[str, Any]]


class SummaryOut(Out):
    total_master_price: int
    total_secondary_price: int
    total_fees: int
    total_adjustments: int
    total_price: int
    total_discount: int | None


class ComponentOut(Out):
    type: str
    price: int
    description: str
    master_pricing: bool
    tag: Payload | None
    metadata: Payload | None


class HourOut(Out):
    from_: Annotated[Moment | None, Field(alias="from")]
    to: Moment | None
    sub_total_price: int
    sub_total_master_price: int
    sub_total_secondary_price: int
    components: list[ComponentOut]


class DetailedBreakdownOut(Out):
    summary: SummaryOut
    currency: CurrencyOut
    breakdown: list[HourOut]
    fees: list[ComponentOut]
    adjustments: list[ComponentOut]


class BreakdownOut(Out):
    charge_id: int
    price_breakdown: DetailedBreakdownOut
    cost_breakdown: DetailedBreakdownOut | None


@endpoint(router, "GET", "/charges/{int:charge_id}/breakdown", "get-charge-breakdown", returns=BreakdownOut, scope="charges:read")
def get_breakdown(request: ApiRequest, charge_id: Id) -> dict[str, Any]:
    """Get the price of a charge by the hour, and for its owner the cost. All zero until it is settled, and where it is free."""
    charge: Charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_READ)
    price = queries.breakdown(charge_id) or nothing(charge)
    sees_cost = sight(request.actor.scope(Permission.CHARGE_READ), charge).of_owner
    cost = queries.breakdown(charge_id, purpose="cost") if sees_cost else None
    tags = queries.tags_of([one for one in (price, cost) if one])
    return {
        "chargeId": charge_id,
        "priceBreakdown": _detailed(price, tags),
        "costBreakdown": _detailed(cost, tags) if cost else None,
    }


def nothing(charge: Charge) -> Breakdown:
    return Breakdown(charge.pk, charge.currency, (), (), (), 0, 0, 0, 0, 0, 0)


def _detailed(found: Breakdown, tags: Tags) -> dict[str, Any]:
    currency = Currency.objects.get(identifier=found.currency)
    return {
        "summary": {
            "totalMasterPrice": found.master_minor,
            "totalSecondaryPrice": found.secondary_minor,
            "totalFees": found.fees_minor,
            "totalAdjustments": found.adjustments_minor,
            "totalPrice": found.total_minor,
            "totalDiscount": found.discount_minor or None,
        },
        "currency": {"identifier": found.currency.lower(), "name": currency.name, "decimals": currency.decimals},
        "breakdown": [_hour(hour, tags) for hour in found.hours],
        "fees": [_component(component, tags) for component in found.fees],
        "adjustments": [_component(component, tags) for component in found.adjustments],
    }


def _hour(hour: Hour, tags: Tags) -> dict[str, Any]:
    total = sum(component.price_minor for component in hour.components)
    return {
        "from": hour.from_at,
        "to": hour.until_at,
        "subTotalPrice": total,
        "subTotalMasterPrice": hour.master_minor,
        "subTotalSecondaryPrice": total - hour.master_minor,
        "components": [_component(component, tags) for component in hour.components],
    }


def _component(component: Component, tags: Tags) -> dict[str, Any]:
    return {
        "type": component.kind,
        "price": component.price_minor,
        "description": component.description,
        "masterPricing": component.is_master,
        "tag": tags.get(component.tag_id or 0),
        "metadata": _metadata(component),
    }


def _metadata(component: Component) -> dict[str, Any]:
    """How many of what at which price each (partner API §11.10, `ComponentMetadataDto`)."""
    if component.kind == LineKind.IDLE:
        return {
            "type": "idle-fee-metadata", "amountPerMinute": component.unit_minor, "minutes": float(component.quantity),
            "from": component.from_at, "to": component.until_at,
        }  # fmt: skip
    if component.kind == LineKind.DURATION:
        return {"type": "duration-fee-metadata", "totalMinutes": float(component.quantity), "feePerMinute": component.unit_minor}
    kwh = float(component.quantity) if component.unit == Unit.KWH else None
    return {"type": "default-metadata", "kwh": kwh, "price": component.unit_minor}
