"""What a charge looks like in the contract (partner API §11.10). The JSON itself is made in `rows`."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from forecourt.api.paging import PageQuery
from forecourt.api.shapes import CurrencyOut, ExternalId, Id, In, LocationOut, Moment, Out, Payload, Text
from forecourt.operators.api import OperatorOut

State = Literal[
    "paying", "reserved", "starting", "charging", "stopping", "paused", "scheduled", "stopped", "releasing", "released", "completed", "other"
]  # fmt: skip
FilterState = Literal["reserved", "starting", "charging", "stopping", "paused", "scheduled", "stopped", "completed"]
AskedState = Literal[
    "reserved", "starting", "charging", "stopping", "paused", "scheduled", "stopped", "completed", "suspended_ev", "suspended_evse"
]


class PublicUser(Out):
    """`id` is 0 where nobody is known: a key without a person."""

    id: int
    display_name: str


class SimpleTeamMember(Out):
    id: int
    team_id: int
    display_name: str | None
    partner_external_id: str | None
    user_id: int | None


class PublicChargePoint(Out):
    id: int
    evse_id: str
    name: str | None
    charge_point_operator_id: int
    charge_point_operator_name: str
    location: LocationOut
    max_kw: float | None
    charge_point_model_id: int | None
    brand_name: str | None
    model_name: str | None
    deleted_at: Moment | None


class KwhPerTime(Out):
    time: Moment
    value: float


class ChargeAuthentication(Out):
    type: Literal["vehicleId", "rfid", "app"]
    id: str
    partner_external_id: str | None


class StateOfCharge(Out):
    percentage: float
    source: Literal["charge-point", "vehicle"]


class GenericPaymentSession(Out):
    provider: str
    external_id: str
    partner_external_id: str | None
    card_brand: str | None
    card_last4: Annotated[str | None, Field(alias="cardLast4")]
    amount: float | None


class SignedData(Out):
    format: str
    certificate: str | None
    start_meter: str | None
    end_meter: str


class OicpData(Out):
    session_id: str | None


class OcpiData(Out):
    cdr_id: str | None


class ChargeProtocolData(Out):
    oicp: OicpData | None
    ocpi: OcpiData | None


class PayingTeam(Out):
    id: int
    public_name: str
    operator_id: int


class SponsorTeam(Out):
    id: int
    public_name: str


class ChargeOut(Out):
    id: int
    human_readable_id: str
    user: PublicUser
    team_member: SimpleTeamMember | None
    type: Literal["external", "operator", "sponsored"]
    charge_point_id: int
    public_charge_point: PublicChargePoint
    sponsored_charge_point_id: int | None
    price_group_id: int
    cost_price_group_id: int | None
    member_cost_price_group_id: int | None
    site_id: int | None
    promotion_code_id: int | None
    created_at: Moment
    updated_at: Moment
    cable_plugged_in_at: Moment | None
    started_at: Moment | None
    stopped_at: Moment | None
    fully_charged_at: Moment | None
    released_at: Moment | None
    failed_at: Moment | None
    timeout_at: Moment | None
    completed_at: Moment | None
    state: State
    start_source: str | None
    consumed_kwh: float | None
    kwh_limit: float | None
    kwh_per_hour: list[KwhPerTime]
    kwh_per_max_resolution: list[KwhPerTime]
    cost_breakdown: list[KwhPerTime]
    price_breakdown: list[KwhPerTime]
    start_meter_kwh: float | None
    end_meter_kwh: float | None
    price: float | None
    price_limit: float | None
    cost: float | None
    average_price_per_kwh: float | None
    average_co2_per_kwh: Annotated[float | None, Field(alias="averageCo2PerKwh")]
    average_renewable_per_kwh: float | None
    failure_reason: str | None
    stop_reason: str | None
    payment_method: Literal["free", "team-has-fund", "team-has-auto-refill", "source", "payment"] | None
    note: str | None
    currency: CurrencyOut | None
    paying_team: PayingTeam | None
    sponsor_team: SponsorTeam | None
    operator: OperatorOut | None
    charge_auth: ChargeAuthentication | None
    soc: StateOfCharge | None
    soc_limit: float | None
    generic_payment_session: GenericPaymentSession | None
    partner_external_id: str | None
    smart_charge_id: int | None
    partner_custom_payload: Payload | None
    charge_point_kw: float | None
    signed_data: SignedData | None
    emaid_provider_id: str
    vehicle_id: int | None
    vid: str | None
    protocol_data: ChargeProtocolData


class StartedChargeOut(ChargeOut):
    """The charge, and a copy of it under `charge`, which one existing client reads (partner API §15.12)."""

    charge: ChargeOut


class PublicChargeOut(Out):
    """The Public API's charge (§13)."""

    id: int
    human_readable_id: str
    charge_point_id: int
    state: FilterState
    consumed_kwh: float | None
    start_meter_kwh: float | None
    end_meter_kwh: float | None
    price: float | None
    cost: float | None
    price_limit: float | None
    kwh_limit: float | None
    soc: StateOfCharge | None
    soc_limit: float | None
    average_price_per_kwh: float | None
    average_co2_per_kwh: Annotated[float | None, Field(alias="averageCo2PerKwh")]
    average_renewable_per_kwh: float | None
    failure_reason: str | None
    stop_reason: str | None
    note: str | None
    currency: CurrencyOut | None
    created_at: Moment
    updated_at: Moment
    cable_plugged_in_at: Moment | None
    started_at: Moment | None
    stopped_at: Moment | None
    fully_charged_at: Moment | None
    failed_at: Moment | None
    timeout_at: Moment | None


class ConsumptionOut(Out):
    charge_id: int
    consumption_period_size_in_seconds: int
    kwh_consumption: list[KwhPerTime] | None


class ChargeQuery(PageQuery):
    team_id: Id | None = None
    operator_id: Id | None = None
    charge_point_id: Id | None = None
    site_id: Id | None = None
    state: AskedState | None = None
    from_date: Moment | None = None
    to_date: Moment | None = None
    from_updated_date: Moment | None = None
    from_completed_date: Moment | None = None
    to_completed_date: Moment | None = None
    charge_auth_type: Literal["rfid", "vehicleId"] | None = None
    charge_auth_id: str | None = None
    partner_external_id: ExternalId | None = None
    operator_role: Literal["owner", "payer"] = "owner"


class ConsumptionQuery(In):
    consumption_period_size_in_seconds: Literal[3600, 1800, 900, 600, 300] = 3600


class PaymentSessionIn(In):
    provider: Text
    external_id: Text
    partner_external_id: ExternalId | None = None
    card_brand: str | None = None
    card_last4: Annotated[str | None, Field(alias="cardLast4")] = None
    amount: Annotated[Decimal | None, Field(ge=0, max_digits=12)] = None


class StartChargeIn(In):
    """A person's (Public API) needs the charge point alone."""

    charge_point_id: Id
    paying_team_id: Id | None = None
    reserve_charge: bool = False
    kwh_limit: Annotated[Decimal | None, Field(ge=1, le=500)] = None
    soc_limit: Annotated[Decimal | None, Field(ge=1, le=100)] = None
    price_limit: Annotated[Decimal | None, Field(ge=1, max_digits=12)] = None
    price_group_id: Id | None = None
    generic_payment_session: PaymentSessionIn | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None


class ChargePatch(In):
    generic_payment_session: PaymentSessionIn | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None
