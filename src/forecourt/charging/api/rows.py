"""Charges as the contract shows them: the columns read, and the JSON made of them. The hottest read of the API."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from forecourt.access import Scope
from forecourt.api.reference_rows import currency
from forecourt.api.rows import Listing, read
from forecourt.api.shapes import kw, kwh, location, major
from forecourt.charging.models import Charge
from forecourt.charging.rules.meters import charged_wh
from forecourt.charging.rules.sides import lies_in, masked, sight
from forecourt.network.api.point_rows import model_names
from forecourt.operators.api import operator, operator_sql

BUCKET_S = 300  # of `ChargeEnergy`
FINE_S, HOUR_S = 900, 3600
KEYS = ("rfid", "vehicleId")
FOUR_PLACES = Decimal("0.0001")
PLAIN = (
    "id", "human_readable_id", "person_id", "type", "charge_point_id", "price_group_id", "site_id", "created_at", "updated_at",
    "cable_plugged_in_at", "started_at", "stopped_at", "fully_charged_at", "released_at", "failed_at", "timeout_at", "completed_at", "state",
    "start_source", "meter_start_wh", "meter_stop_wh", "limit_wh", "limit_soc_percent", "limit_price_minor", "price_minor",
    "cost_minor", "failure_reason", "stop_reason", "payment_method", "note", "currency", "auth_type", "auth_id",
    "partner_external_id", "payer_team_id", "payer_operator_id", "organisation_id", "team_id", "payer_organisation_id", "partner_side",
)  # fmt: skip
SIGNED = """(SELECT json_agg(json_build_array(s.context, s.format, s.value, s.certificate) ORDER BY s.at, s.id)
 FROM charging_signedreading s WHERE s.charge_id = r.id AND s.context IN ('Transaction.Begin', 'Transaction.End'))"""
# Asked only for charges that run: hardly any of a page.
RUNNING = "CASE WHEN r.stopped_at IS NULL THEN (SELECT lm.{} FROM charging_runningmeter lm WHERE lm.charge_id = r.id) END"
POINT_LOCATION = {
    f"point_{name}": f"CASE WHEN p.address1 <> '' OR p.city <> '' THEN p.{name} ELSE st.{name} END"
    for name in ("address1", "address2", "address3", "zip_code", "city", "province", "country_area_id")
}
COLUMNS = (
    {name: f"r.{name}" for name in PLAIN}
    | {
        "partner_custom_payload": "r.partner_custom_payload::json", "payment_session": "r.payment_session::json",
        "meter_last_wh": RUNNING.format("wh"), "soc_percent": f"coalesce(r.soc_percent, {RUNNING.format('soc_percent')})",
        "first_name": "h.first_name", "last_name": "h.last_name", "member_id": "m.id", "member_team_id": "m.team_id",
        "member_external_id": "m.partner_external_id", "evse_id": "p.evse_id", "point_name": "p.name", "max_w": "p.max_w",
        "point_deleted_at": "p.deleted_at", "model_id": "p.model_id",
        "point_latitude": "coalesce(p.latitude, st.latitude)", "point_longitude": "coalesce(p.longitude, st.longitude)",
        "point_country_id": "coalesce(p.country_id, st.country_id)", "cost_version_id": "r.cost_version_id", "payer_name": "pt.name", "key_external_id": "k.partner_external_id",
        "key_organisation_id": "k.organisation_id", "key_operator_id": "k.operator_id", "key_team_id": "k.team_id",
        "key_person_id": "k.person_id",
        "energy_from": "e.from_at", "energy_wh": "e.wh", "signed": SIGNED,
    }
    | POINT_LOCATION
    | operator_sql("o")
)  # fmt: skip
JOINS = """JOIN network_chargepoint p ON p.id = r.charge_point_id JOIN operators_operator o ON o.id = r.operator_id
LEFT JOIN network_site st ON st.id = p.site_id
LEFT JOIN identity_person h ON h.id = r.person_id LEFT JOIN teams_teammember m ON m.id = r.member_id
LEFT JOIN teams_team pt ON pt.id = r.payer_team_id
LEFT JOIN network_chargekey k ON k.id = r.charge_key_id
LEFT JOIN charging_chargeenergy e ON e.charge_id = r.id"""
CHARGES = Listing("charging_charge", COLUMNS, JOINS, sides=Charge.SIDES)
PUBLIC_STATES = {"paying": "stopped", "releasing": "stopped", "released": "stopped", "other": "stopped"}


def as_seen(scope: Scope) -> Callable[[Any], Any]:
    """What the viewer may not see of a row is taken out: the other side's own fields, and a stranger's charge key."""

    def seen(row: Any) -> Any:
        hidden: dict[str, Any] = {}
        sees = sight(scope, row)
        if not sees.of_owner:
            hidden |= {"note": None, "cost_minor": None, "cost_version_id": None, "member_external_id": None}
        if not sees.of_partner:
            hidden |= {"partner_external_id": None, "partner_custom_payload": None, "payment_session": None}
        if row.auth_type in KEYS and not lies_in(scope, row.key_organisation_id, row.key_operator_id, row.key_team_id, row.key_person_id):
            hidden |= {"auth_id": masked(row.auth_id or ""), "key_external_id": None}
        return row._replace(**hidden) if hidden else row

    return seen


def buckets(since: str | None, wh: Sequence[int] | None, seconds: int) -> list[dict[str, Any]]:
    """Energy per `seconds` (a multiple of 300), in kWh, whole periods of UTC. Sums of what is stored, so nothing is lost."""
    if since is None or not wh:
        return []
    from_at = datetime.fromisoformat(since)
    lead = int(from_at.timestamp()) % seconds // BUCKET_S  # stored buckets that are missing before the first
    begin, per = from_at - timedelta(seconds=lead * BUCKET_S), seconds // BUCKET_S
    step, found = timedelta(seconds=seconds), []
    for index in range(0, lead + len(wh), per):
        found.append({"time": begin, "value": Decimal(sum(wh[max(0, index - lead) : index - lead + per])).scaleb(-3)})
        begin += step
    return found


@lru_cache(maxsize=4096)
def cost_group_of(version_id: int | None, type: str) -> int | None:
    """The price group of a cost version, if it is of this type; neither ever changes."""
    if version_id is None:
        return None
    found = read(
        "SELECT g.id FROM pricing_priceversion v JOIN pricing_pricegroup g ON g.id = v.price_group_id WHERE v.id = %s AND g.type = %s",
        [version_id, type],
    )
    return int(found[0][0]) if found else None


def charge_json(row: Any) -> dict[str, Any]:
    """`Charge`, every field present, in the contract's order."""
    consumed = charged_wh(row.meter_start_wh, row.meter_last_wh, row.meter_stop_wh)
    price, name = major(row.price_minor, row.currency), _name(row)
    return {
        "id": row.id,
        "humanReadableId": row.human_readable_id,
        "user": {"id": row.person_id or 0, "displayName": name or "Unknown"},
        "teamMember": _member(row, name),
        "type": row.type,
        "chargePointId": row.charge_point_id,
        "publicChargePoint": _point(row),
        "sponsoredChargePointId": None,
        "priceGroupId": row.price_group_id or 0,
        "costPriceGroupId": cost_group_of(row.cost_version_id, "cost"),
        "memberCostPriceGroupId": cost_group_of(row.cost_version_id, "member_cost"),
        "siteId": row.site_id,
        "promotionCodeId": None,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "cablePluggedInAt": row.cable_plugged_in_at,
        "startedAt": row.started_at,
        "stoppedAt": row.stopped_at,
        "fullyChargedAt": row.fully_charged_at,
        "releasedAt": row.released_at,
        "failedAt": row.failed_at,
        "timeoutAt": row.timeout_at,
        "completedAt": row.completed_at,
        "state": row.state,
        "startSource": row.start_source,
        "consumedKwh": kwh(consumed),
        "kwhLimit": kwh(row.limit_wh),
        "kwhPerHour": buckets(row.energy_from, row.energy_wh, HOUR_S),
        "kwhPerMaxResolution": buckets(row.energy_from, row.energy_wh, FINE_S),
        "costBreakdown": [],
        "priceBreakdown": [],
        "startMeterKwh": kwh(row.meter_start_wh),
        "endMeterKwh": kwh(row.meter_stop_wh),
        "price": price,
        "priceLimit": major(row.limit_price_minor, row.currency),
        "cost": major(row.cost_minor, row.currency),
        "averagePricePerKwh": _average(price, consumed),
        "averageCo2PerKwh": None,
        "averageRenewablePerKwh": None,
        "failureReason": row.failure_reason,
        "stopReason": row.stop_reason,
        "paymentMethod": row.payment_method,
        "note": row.note,
        "currency": currency(row.currency),
        "payingTeam": _payer(row),
        "sponsorTeam": None,
        "operator": operator(row),
        "chargeAuth": _auth(row),
        "soc": _soc(row),
        "socLimit": row.limit_soc_percent,
        "genericPaymentSession": _session(row.payment_session),
        "partnerExternalId": row.partner_external_id,
        "smartChargeId": None,
        "partnerCustomPayload": row.partner_custom_payload,
        "chargePointKw": kw(row.max_w),
        "signedData": _signed(row.signed),
        "emaidProviderId": "",
        "vehicleId": None,
        "vid": row.auth_id if row.auth_type == "vehicleId" else None,
        "protocolData": {"oicp": None, "ocpi": None},
    }


def public_charge_json(row: Any) -> dict[str, Any]:
    """The Public API's charge; states that it does not know are shown as `stopped`."""
    consumed = charged_wh(row.meter_start_wh, row.meter_last_wh, row.meter_stop_wh)
    price = major(row.price_minor, row.currency)
    return {
        "id": row.id,
        "humanReadableId": row.human_readable_id,
        "chargePointId": row.charge_point_id,
        "state": PUBLIC_STATES.get(row.state, row.state),
        "consumedKwh": kwh(consumed),
        "startMeterKwh": kwh(row.meter_start_wh),
        "endMeterKwh": kwh(row.meter_stop_wh),
        "price": price,
        "cost": major(row.cost_minor, row.currency),
        "priceLimit": major(row.limit_price_minor, row.currency),
        "kwhLimit": kwh(row.limit_wh),
        "soc": _soc(row),
        "socLimit": row.limit_soc_percent,
        "averagePricePerKwh": _average(price, consumed),
        "averageCo2PerKwh": None,
        "averageRenewablePerKwh": None,
        "failureReason": row.failure_reason,
        "stopReason": row.stop_reason,
        "note": row.note,
        "currency": currency(row.currency),
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "cablePluggedInAt": row.cable_plugged_in_at,
        "startedAt": row.started_at,
        "stoppedAt": row.stopped_at,
        "fullyChargedAt": row.fully_charged_at,
        "failedAt": row.failed_at,
        "timeoutAt": row.timeout_at,
    }


def _average(price: Decimal | None, consumed: int | None) -> Decimal | None:
    return (price * 1000 / consumed).quantize(FOUR_PLACES) if price is not None and consumed else None


def _name(row: Any) -> str:
    full = " ".join(part for part in (row.first_name, row.last_name) if part)
    return full or (f"User: #{row.person_id}" if row.person_id else "")


def _member(row: Any, name: str) -> dict[str, Any] | None:
    if row.member_id is None:
        return None
    return {
        "id": row.member_id,
        "teamId": row.member_team_id,
        "displayName": name or None,
        "partnerExternalId": row.member_external_id,
        "userId": row.person_id,
    }


def _point(row: Any) -> dict[str, Any]:
    brand, model = model_names(row.model_id)
    return {
        "id": row.charge_point_id,
        "evseId": row.evse_id,
        "name": row.point_name,
        "chargePointOperatorId": row.operator_id,
        "chargePointOperatorName": row.operator_name,
        "location": location(row, "point_"),
        "maxKw": kw(row.max_w),
        "chargePointModelId": row.model_id,
        "brandName": brand,
        "modelName": model,
        "deletedAt": row.point_deleted_at,
    }


def _payer(row: Any) -> dict[str, Any] | None:
    if row.payer_team_id is None:
        return None
    return {"id": row.payer_team_id, "publicName": row.payer_name, "operatorId": row.payer_operator_id}


def _auth(row: Any) -> dict[str, Any] | None:
    if row.auth_type is None:
        return None
    return {"type": row.auth_type, "id": row.auth_id or "", "partnerExternalId": row.key_external_id}


def _soc(row: Any) -> dict[str, Any] | None:
    return None if row.soc_percent is None else {"percentage": row.soc_percent, "source": "charge-point"}


def _session(stored: dict[str, Any] | None) -> dict[str, Any] | None:
    if stored is None or stored.get("amount") is None:
        return stored
    return stored | {"amount": Decimal(str(stored["amount"]))}


def _signed(readings: list[list[Any]] | None) -> dict[str, Any] | None:
    """The last reading at the end; some formats hold both meter values in it."""
    ends = [reading for reading in readings or () if reading[0] == "Transaction.End"]
    if not ends:
        return None
    begins = [reading for reading in readings or () if reading[0] == "Transaction.Begin"]
    _, format, value, certificate = ends[-1]
    return {"format": format, "certificate": certificate, "startMeter": begins[0][2] if begins else None, "endMeter": value}
