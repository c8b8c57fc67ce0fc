"""What a charge point looks like in the contract (partner API §11.2, §13)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from forecourt.api.paging import PageQuery
from forecourt.api.shapes import ExternalId, Id, In, LocationOut, LongText, Moment, Out, Payload, Text
from forecourt.network.api.places import LOCATION, ConnectorOut
from forecourt.operators.api import OperatorOut

State = Literal[
    "available", "busy", "busy-blocked", "busy-charging", "busy-non-charging", "busy-non-released", "busy-reserved", "busy-scheduled",
    "error", "disconnected", "passive", "maintenance", "other",
]  # fmt: skip
VisibilityValue = Literal["private", "public"]
Kw = Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=3)]


class Deeplinks(Out):
    app: str
    web: str


class SimCard(Out):
    imsi: str | None
    iccid: str | None


class OcppOut(Out):
    status: str | None
    updated_at: Moment | None


class ProtocolData(Out):
    ocpp: OcppOut | None


class ChargePointOut(Out):
    id: int
    team_id: int
    partner_external_id: str | None
    partner_custom_payload: Payload | None
    site_id: int | None
    operator: OperatorOut | None
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    active_at: Moment | None
    serial_number: str | None
    name: str | None
    visibility: VisibilityValue
    max_kw_legacy: Annotated[float | None, Field(alias="maxKW")]
    max_kw: float | None
    type: Literal["ac", "dc"] | None
    note: str | None
    operator_note: str | None
    state: State | None
    location: LocationOut
    connectors: list[ConnectorOut]
    deeplinks: Deeplinks
    last_meter_reading_kwh: float | None
    meter_id: str | None
    cable_plugged_in: bool
    charge_point_model_id: int | None
    brand_name: str | None
    model_name: str | None
    firmware_version: str | None
    integration_type: Literal["oicp", "ocpi", "ocpp", "other"] | None
    evse_id: str
    price_group_id: int | None
    cost_group_id: int | None
    roaming_price_group_id: int | None
    sponsored_price_group_id: int | None
    is_active: bool
    reservable: bool
    reservation_time: int | None
    sim_card: SimCard | None
    roaming: bool
    last_connected_at: Moment | None
    disconnected_at: Moment | None
    occupied: bool | None
    protocol_data: ProtocolData
    metadata: Payload | None
    show_on_map: bool


class PublicChargePointOut(Out):
    """The Public API's charge point (§13)."""

    id: int
    name: str | None
    serial_number: str | None
    visibility: VisibilityValue
    type: Literal["ac", "dc"] | None
    state: State | None
    max_kw: float | None
    note: str | None
    last_meter_reading_kwh: float | None
    cable_plugged_in: bool
    brand_name: str | None
    model_name: str | None
    firmware_version: str | None
    location: LocationOut
    connectors: list[ConnectorOut]
    created_at: Moment
    updated_at: Moment


class ChargePointQuery(PageQuery):
    site_id: Id | None = None
    team_id: Id | None = None
    partner_external_id: ExternalId | None = None
    sort_by_location: LOCATION | None = None
    bounding_box: str | None = None
    operator_id: Id | None = None
    include_deleted: bool = False
    include_public: bool = False
    state: State | None = None
    from_updated_date: Moment | None = None


class ChargePointIn(In):
    team_id: Id
    site_id: Id
    charge_point_model_id: Id
    name: Text
    max_kw: Kw
    visibility: VisibilityValue
    type: Literal["ac", "dc", "other"]
    active: bool | None = True
    show_on_map: bool | None = True
    connector_ids: list[Id] | None = None
    note: LongText | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None


class ChargePointPatch(In):
    site_id: Id | None = None
    name: Text | None = None
    max_kw: Kw | None = None
    visibility: VisibilityValue | None = None
    type: Literal["ac", "dc", "other"] | None = None
    active: bool | None = None
    show_on_map: bool | None = None
    connector_ids: list[Id] | None = None
    note: LongText | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None
    meter_id: str | None = None
    roaming: bool | None = None
    roaming_price_group_id: Id | None = None
