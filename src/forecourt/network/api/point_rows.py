"""Charge points as the contract shows them: the columns read, and the JSON made of them."""

from typing import Any

from django.conf import settings

from forecourt.api.reference_rows import Reference
from forecourt.api.rows import Listing
from forecourt.api.shapes import kw, kwh, location
from forecourt.network.api.places import CP_METADATA, columns_of_place, metadata
from forecourt.network.models.charge_points import RESERVATION_MINUTES
from forecourt.operators.api import operator, operator_sql

CONNECTORS = """(SELECT json_agg(json_build_object('id', t.id, 'identifier', t.identifier, 'name', t.name) ORDER BY k.ordinal)
 FROM network_connector k JOIN network_connectortype t ON t.id = k.connector_type_id WHERE k.charge_point_id = {0}.id)"""
PLAIN = (
    "id", "team_id", "partner_external_id", "site_id", "created_at", "updated_at", "deleted_at", "active_at", "name", "visibility", "max_w",
    "type", "note", "operator_note", "state", "last_meter_wh", "meter_id", "is_cable_plugged_in", "model_id", "evse_id", "price_group_id",
    "cost_group_id", "roaming_price_group_id", "is_reservable", "reservation_minutes", "is_roaming", "ocpp_status", "ocpp_status_at",
    "show_on_map", "station_id",
)  # fmt: skip
COLUMNS = (
    {name: f"r.{name}" for name in PLAIN}
    | {
        "partner_custom_payload": "r.partner_custom_payload::json", "metadata": "r.metadata::json", "serial_number": "s.serial_number", "identity": "s.identity", "firmware_version": "s.firmware_version",
        "imsi": "s.imsi", "iccid": "s.iccid", "connected_at": "l.connected_at", "disconnected_at": "l.disconnected_at",
        "connectors": CONNECTORS.format("r"), "scope_operator_id": "r.operator_id",
    }
    | columns_of_place("r", "st")
    | operator_sql("o")
)  # fmt: skip
JOINS = """JOIN operators_operator o ON o.id = r.operator_id LEFT JOIN network_site st ON st.id = r.site_id
LEFT JOIN network_station s ON s.id = r.station_id
LEFT JOIN network_stationlink l ON l.station_id = r.station_id"""
POINTS = Listing("network_chargepoint", COLUMNS, JOINS)
LATITUDE = "coalesce(r.latitude, (SELECT x.latitude FROM network_site x WHERE x.id = r.site_id))"
LONGITUDE = "coalesce(r.longitude, (SELECT x.longitude FROM network_site x WHERE x.id = r.site_id))"
# Another operator's public charge point shows none of these.
PRIVATE = (
    "partnerExternalId", "partnerCustomPayload", "serialNumber", "note", "operatorNote", "lastMeterReadingKwh", "meterId",
    "firmwareVersion", "priceGroupId", "costGroupId", "roamingPriceGroupId", "simCard", "lastConnectedAt", "disconnectedAt", "metadata",
)  # fmt: skip
MODELS = Reference("SELECT m.id, b.name, m.name FROM network_model m JOIN network_brand b ON b.id = m.brand_id")
# States that are shown as others, which find them: by every credential, and by the Public API.
PARTNER_STATES = {"exempt": "other"}
PUBLIC_API_STATES = {"maintenance": "passive", "exempt": "other"}


def model_names(id: int | None) -> tuple[str | None, str | None]:
    """Brand and model; the catalogue is written by migrations alone."""
    brand, model = MODELS.get(id) or (None, None)
    return brand, model


def charge_point_json(row: Any) -> dict[str, Any]:
    max_kw, link = kw(row.max_w), f"{settings.PUBLIC_URL}/charge-points/{row.id}"
    brand, model = model_names(row.model_id)
    return {
        "id": row.id,
        "teamId": row.team_id,
        "partnerExternalId": row.partner_external_id,
        "partnerCustomPayload": row.partner_custom_payload,
        "siteId": row.site_id,
        "operator": operator(row),
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deletedAt": row.deleted_at,
        "activeAt": row.active_at,
        "serialNumber": row.serial_number,
        "name": row.name,
        "visibility": row.visibility,
        "maxKW": max_kw,
        "maxKw": max_kw,
        "type": type_of(row),
        "note": row.note,
        "operatorNote": row.operator_note,
        "state": PARTNER_STATES.get(row.state, row.state),
        "location": location(row),
        "connectors": row.connectors or [],
        "deeplinks": {"app": link, "web": link},
        "lastMeterReadingKwh": kwh(row.last_meter_wh),
        "meterId": row.meter_id,
        "cablePluggedIn": row.is_cable_plugged_in,
        "chargePointModelId": row.model_id,
        "brandName": brand,
        "modelName": model,
        "firmwareVersion": row.firmware_version,
        "integrationType": "ocpp" if row.station_id else None,
        "evseId": row.evse_id,
        "priceGroupId": row.price_group_id,
        "costGroupId": row.cost_group_id,
        "roamingPriceGroupId": row.roaming_price_group_id,
        "sponsoredPriceGroupId": None,
        "isActive": row.active_at is not None,
        "reservable": row.is_reservable,
        "reservationTime": (row.reservation_minutes or RESERVATION_MINUTES) if row.is_reservable else None,
        "simCard": {"imsi": row.imsi, "iccid": row.iccid} if row.imsi or row.iccid else None,
        "roaming": row.is_roaming,
        "lastConnectedAt": row.connected_at,
        "disconnectedAt": row.disconnected_at,
        "occupied": None,
        "protocolData": {"ocpp": {"status": row.ocpp_status, "updatedAt": row.ocpp_status_at} if row.ocpp_status else None},
        "metadata": metadata(row.metadata, CP_METADATA),
        "showOnMap": row.show_on_map,
    }


def type_of(row: Any) -> str | None:
    return row.type if row.type in ("ac", "dc") else None


def public_fields(json: dict[str, Any]) -> dict[str, Any]:
    """What a stranger sees of a public charge point."""
    return json | dict.fromkeys(PRIVATE) | {"protocolData": {"ocpp": None}}


def public_api_json(row: Any) -> dict[str, Any]:
    """The Public API's charge point; existing clients drop one without a serial number, and know no `maintenance` (§15.7, §15.8).

    An OCPP identity is half of a station's credentials: it is not told, though many stations have their serial number for one.
    """
    brand, model = model_names(row.model_id)
    return {
        "id": row.id,
        "name": row.name,
        "serialNumber": row.evse_id if row.serial_number in (None, row.identity) else row.serial_number,
        "visibility": row.visibility,
        "type": type_of(row),
        "state": PUBLIC_API_STATES.get(row.state, row.state),
        "maxKw": kw(row.max_w),
        "note": row.note,
        "lastMeterReadingKwh": kwh(row.last_meter_wh),
        "cablePluggedIn": row.is_cable_plugged_in,
        "brandName": brand,
        "modelName": model,
        "firmwareVersion": row.firmware_version,
        "location": location(row),
        "connectors": row.connectors or [],
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
    }
