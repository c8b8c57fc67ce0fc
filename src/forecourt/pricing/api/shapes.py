"""Prices as the contract writes them (partner API §11.24): plain decimals come in, `Money` goes out."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from forecourt.api.shapes import Id, In, Moment, Out
from forecourt.kit.errors import Invalid
from forecourt.kit.money import Money
from forecourt.pricing import rules
from forecourt.pricing.models import PriceGroup

GroupType = Literal["public", "member", "sponsored", "cost", "roaming", "reimbursement", "member_cost", "other"]
PriceType = Literal["kwh", "min", "spot", "tariff", "starting", "charging", "idle", "minute"]
Interval = Literal["hourly", "quarterHourly"]
Amount = Annotated[Decimal, Field(allow_inf_nan=False)]
Ids = Annotated[list[Id], Field(max_length=10_000)]
LOCALE = "en"
PLACES_PER_VERSION = 100  # a component's id is its version's × 100 + its place from 1

MASTERS: dict[str, type[rules.MasterPrice]] = {"kwh": rules.EnergyPrice, "min": rules.TimePrice}
FEES: dict[str, type[rules.Fee]] = {
    "starting": rules.StartingFee, "charging": rules.ChargingFee, "minute": rules.MinuteFee, "idle": rules.IdleFee,
}  # fmt: skip
THEIR_NAMES = {"after_minutes": "applyAfterMinutes", "maximum": "feePriceMax", "tag_id": "tagId", "master": "masterPrice"}


class MoneyCurrencyOut(Out):
    id: int
    master: bool
    identifier: str
    name: str
    decimals: int


class MoneyOut(Out):
    amount: int
    currency: MoneyCurrencyOut
    locale: str


class AdditionOut(Out):
    type: Literal["absolute", "percentage"]
    value: MoneyOut
    title: str | None


class PricingOut(Out):
    id: int
    description: str | None
    type: PriceType
    master: bool
    dynamic_pricing: bool
    end_at_fully_charged: bool
    vat: bool
    percentage: float | None
    tariff_id: int | None
    updated_at: Moment
    apply_after_minutes: int | None
    price: MoneyOut
    price_min: MoneyOut | None
    price_max: MoneyOut | None
    fee_price_max: MoneyOut | None
    additional: list[AdditionOut] | None
    from_: Annotated[Moment | None, Field(alias="from")]
    to: Moment | None
    tag_id: int | None
    interval: Interval | None


class AppliedToOut(Out):
    charge_points: list[int]
    sites: list[int]
    team_members: list[int]


class PriceGroupOut(Out):
    id: int
    team_id: int | None
    name: str
    default: bool
    type: GroupType
    master_price: PricingOut
    tariffs: list[PricingOut]
    fees: list[PricingOut]
    team_member_count: int
    charge_point_count: int
    applied_to: AppliedToOut
    created_at: Moment
    updated_at: Moment | None


class PricingIn(In):
    """`CreateOrUpdatePricingDto`. What belongs to spot prices and tariffs is accepted and has no effect on other types."""

    description: Annotated[str, Field(max_length=120)] | None = None
    type: PriceType
    end_at_fully_charged: bool
    vat: bool
    tag_id: Id | None = None
    apply_after_minutes: int | None = None
    price: Amount
    fee_price_max: Amount | None = None


class PriceGroupIn(In):
    team_id: Id
    name: str
    type: GroupType
    master_price: PricingIn
    fees: list[PricingIn] | None = None

    def components(self) -> list[rules.Component]:
        """
        :raises Invalid: for a type that is no master price, no fee, or not there yet (spot, tariff).
        """
        fees = self.fees or []
        refused = {} if self.master_price.type in MASTERS else {"masterPrice.type": _not_here(self.master_price.type, "a master price")}
        refused |= {f"fees.{place}.type": _not_here(fee.type, "a fee") for place, fee in enumerate(fees) if fee.type not in FEES}
        if refused:
            raise Invalid("A price is of a type that is not possible there.", fields=refused)
        return [_component(MASTERS[self.master_price.type], self.master_price), *(_component(FEES[fee.type], fee) for fee in fees)]


class ApplyIn(In):
    """`ApplyPriceGroup`."""

    selected_charge_point_ids: Ids | None = None
    selected_site_ids: Ids | None = None
    selected_team_member_ids: Ids | None = None
    reset_cost: bool | None = None


def in_their_names(error: Invalid) -> Invalid:
    """The same refusal, with the contract's field names: `fees.0.after_minutes` → `fees.0.applyAfterMinutes`."""
    fields = {".".join(THEIR_NAMES.get(part, part) for part in name.split(".")): message for name, message in error.fields.items()}
    return Invalid(error.message, fields=fields)


def group_json(row: Any, applied: dict[str, Any], members: list[int]) -> dict[str, Any]:
    """`applied` is what the domain of charge points says: `chargePoints` and `sites`."""
    components = rules.parse_components(row.components)
    priced = [(component, _pricing(component, place, row)) for place, component in enumerate(components, 1)]
    charge_points = applied.get("chargePoints") or []
    return {
        "id": row.id,
        "teamId": row.team_id,
        "name": row.name,
        "default": row.is_default,
        "type": row.type,
        "masterPrice": next(json for component, json in priced if isinstance(component, rules.MasterPrice)),
        "tariffs": [],
        "fees": [json for component, json in priced if isinstance(component, rules.Fee)],
        "teamMemberCount": len(members),
        "chargePointCount": len(charge_points),
        "appliedTo": {"chargePoints": charge_points, "sites": applied.get("sites") or [], "teamMembers": members},
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }


def kept_components(group: PriceGroup) -> list[rules.Component]:
    """What a PUT leaves as it is, because the contract cannot say it: the highest price of a charge."""
    version = group.current_version
    return [one for one in rules.parse_components(version.components) if isinstance(one, rules.Cap)] if version else []


def _not_here(type: str, what: str) -> str:
    return "Spot prices and tariffs are not available yet." if type in ("spot", "tariff") else f"“{type}” is not {what}."


def _component(kind: type[rules.Component], given: PricingIn) -> rules.Component:
    values: dict[str, Any] = {"price": given.price, "description": given.description or "", "tag_id": given.tag_id}
    if kind in (rules.ChargingFee, rules.MinuteFee, rules.IdleFee):
        values["after_minutes"] = given.apply_after_minutes or 0
    if kind is rules.MinuteFee:
        values["ends_at_fully_charged"] = given.end_at_fully_charged
    if kind is rules.IdleFee:
        values["maximum"] = given.fee_price_max
    return kind(**values)


def _pricing(component: rules.Component, place: int, row: Any) -> dict[str, Any]:
    maximum = getattr(component, "maximum", None)
    return {
        "id": row.version_id * PLACES_PER_VERSION + place,
        "description": component.description or None,
        "type": component.type,
        "master": isinstance(component, rules.MasterPrice),
        "dynamicPricing": False,
        "endAtFullyCharged": getattr(component, "ends_at_fully_charged", False),
        "vat": False,
        "percentage": None,
        "tariffId": None,
        "updatedAt": row.version_at,
        "applyAfterMinutes": getattr(component, "after_minutes", None),
        "price": _money(component.price, row),
        "priceMin": None,
        "priceMax": None,
        "feePriceMax": None if maximum is None else _money(maximum, row),
        "additional": None,
        "from": None,
        "to": None,
        "tagId": component.tag_id,
        "interval": None,
    }


def _money(amount: Decimal, row: Any) -> dict[str, Any]:
    """A unit price finer than the minor unit is rounded here: the contract has whole minor units."""
    currency = {
        "id": row.currency_id,
        "master": False,
        "identifier": row.currency,
        "name": row.currency_name,
        "decimals": row.currency_decimals,
    }
    return {"amount": Money.rounded(amount, row.currency).minor, "currency": currency, "locale": LOCALE}
