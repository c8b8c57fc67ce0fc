"""The price of a charge in parts (partner API §11.10 `get-charge-breakdown`). Amounts are minor units."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.shapes import CurrencyOut, Id, Moment, Out, Payload
from forecourt.billing import queries
from forecourt.billing.queries.breakdown import Breakdown, Component, Hour
from forecourt.charging.models import Charge
from forecourt.places.models import Currency

router = Router(tags=["Charges"])


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
    """Get the price of a charge by the hour. All zero until it is settled, and where it is free."""
    charge: Charge = fetch(Charge.objects, actor=request.actor, id=charge_id, needs=Permission.CHARGE_READ)
    price, cost = (queries.breakdown(charge_id, purpose=purpose) for purpose in ("price", "cost"))
    return {
        "chargeId": charge_id,
        "priceBreakdown": _detailed(price or nothing(charge)),
        "costBreakdown": _detailed(cost) if cost else None,
    }


def nothing(charge: Charge) -> Breakdown:
    return Breakdown(charge.pk, charge.currency, (), (), (), 0, 0, 0, 0, 0, 0)


def _detailed(found: Breakdown) -> dict[str, Any]:
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
        "breakdown": [_hour(hour) for hour in found.hours],
        "fees": [_component(component) for component in found.fees],
        "adjustments": [_component(component) for component in found.adjustments],
    }


def _hour(hour: Hour) -> dict[str, Any]:
    total = sum(component.price_minor for component in hour.components)
    return {
        "from": hour.from_at,
        "to": hour.until_at,
        "subTotalPrice": total,
        "subTotalMasterPrice": hour.master_minor,
        "subTotalSecondaryPrice": total - hour.master_minor,
        "components": [_component(component) for component in hour.components],
    }


def _component(component: Component) -> dict[str, Any]:
    return {
        "type": component.kind,
        "price": component.price_minor,
        "description": component.description,
        "masterPricing": component.is_master,
        "tag": None,
        "metadata": None,
    }
