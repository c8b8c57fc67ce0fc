"""Reads of charges (partner API §11.10, §13)."""

from collections.abc import Callable
from typing import Any

from ninja import Query, Router

from forecourt.access import Permission, Scope
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import Ceiling
from forecourt.api.rows import Pure, Where
from forecourt.api.shapes import Id, Page
from forecourt.charging.api.rows import CHARGES, PUBLIC_STATES, as_seen, buckets, charge_json, public_charge_json
from forecourt.charging.api.shapes import ChargeOut, ChargeQuery, ConsumptionOut, ConsumptionQuery, PublicChargeOut
from forecourt.charging.models import Charge
from forecourt.kit.errors import Invalid

router = Router(tags=["Charges"])
READ = "charge-transactions:read"
MOST = 20_000  # rows that one query yields (partner API §5.1)
ceiling = Ceiling(MOST)
# Paused by whom: the contract's filter, and OCPP's status of the charge point (partner API §11.10).
SUSPENDED = {"suspended_ev": "SuspendedEV", "suspended_evse": "SuspendedEVSE"}
_SUSPENDED_BY = """r.state = 'paused'
 AND EXISTS (SELECT FROM network_chargepoint suspended WHERE suspended.id = r.charge_point_id AND suspended.ocpp_status = %s)"""
# A row leaves an answer that asks for one of these; the answer's size may shrink and is counted each time.
CHANGING = ("state", "partner_external_id", "from_updated_date", "from_completed_date", "to_completed_date")


def shape_for(request: ApiRequest, scope: Scope) -> Callable[[Any], dict[str, Any]]:
    """A row in the flavour of the credential, without what is the other side's."""
    shape, seen = public_charge_json if request.consumer.is_public else charge_json, as_seen(scope)
    return lambda row: shape(seen(row))


def one_charge(request: ApiRequest, id: int) -> dict[str, Any]:
    """The charge in the flavour of the credential, on the owner's or the payer's side."""
    scope = request.actor.scope(Permission.CHARGE_READ)
    return shape_for(request, scope)(CHARGES.one(scope, id))


def _external_id(where: Where, value: str | None, scope: Scope) -> Where:
    """As `Where.external_id`, but the other side's id does not count: it is not shown either."""
    if value is None:
        return where
    own, ids = [], []
    for side, columns in Charge.SIDES.items():
        reached = [(columns[column], id) for column, id in scope.equalities() if column in columns]
        own += [f"r.partner_side = '{side}' AND r.{column} = %s" for column, _ in reached]
        ids += [id for _, id in reached]
    mine = f"({' OR '.join(own) or 'false'})"
    if value == "":
        return where.add(f"(r.partner_external_id IS NULL OR NOT {mine})", *ids)
    return where.add(f"r.partner_external_id = %s AND {mine}", value, *ids)


def _where(query: ChargeQuery, side: str, scope: Scope, *, is_public: bool) -> Where:
    if (query.charge_auth_type is None) != (query.charge_auth_id is None):
        raise Invalid("chargeAuthType and chargeAuthId go together.", fields={"chargeAuthId": "Give both or none."})
    where = Where().equals("payer_team_id" if side == "payer" else "team_id", query.team_id)
    where.equals("charge_point_id", query.charge_point_id).equals("site_id", query.site_id)
    if (status := SUSPENDED.get(query.state or "")) is not None:
        where.add(_SUSPENDED_BY, status)
    else:
        where.shown_state(query.state, PUBLIC_STATES if is_public else {})
    where.since("created_at", query.from_date).until("created_at", query.to_date).since("updated_at", query.from_updated_date)
    where.since("completed_at", query.from_completed_date).until("completed_at", query.to_completed_date)
    where.equals("auth_type", query.charge_auth_type).equals("auth_id", query.charge_auth_id)
    return _external_id(where, query.partner_external_id, scope)  # charges are never deleted


def _key(scope: Scope, query: ChargeQuery, side: str | None) -> Any:
    """What the size of the answer depends on; None where it may shrink."""
    if any(getattr(query, name) is not None for name in CHANGING):
        return None
    return (scope, side, query.team_id, query.charge_point_id, query.site_id, query.from_date, query.to_date, query.charge_auth_id)


@endpoint(
    router, "GET", "/charges", "get-charges", returns=Page[ChargeOut] | Page[PublicChargeOut], scope=READ, org=True, public=True
)  # fmt: skip
def get_charges(request: ApiRequest, query: Query[ChargeQuery]) -> dict[str, Any]:
    """
    List charges, newest first.

    One query yields at most 20,000 rows. `teamId` is the owner's team or, with `operatorRole=payer`, the paying one.
    """
    scope = request.consumer.within(query.operator_id).scope(Permission.CHARGE_READ)
    side = None if request.consumer.is_public else query.operator_role
    where = _where(query, query.operator_role, scope, is_public=request.consumer.is_public)
    shape = Pure(shape_for(request, scope), (scope, request.consumer.is_public))
    return ceiling.page_of(CHARGES, shape, scope, where, query, key=_key(scope, query, side), side=side)


@endpoint(
    router, "GET", "/charges/{int:charge_id}", "get-charge", returns=ChargeOut | PublicChargeOut, scope=READ, org=True, public=True
)  # fmt: skip
def get_charge(request: ApiRequest, charge_id: Id) -> dict[str, Any]:
    """Get one charge."""
    return one_charge(request, charge_id)


@endpoint(
    router, "GET", "/charges/{int:charge_id}/kwh-consumption", "get-charge-kwh-consumption", returns=ConsumptionOut,
    scope=("charges:read", READ), public=True,
)  # fmt: skip
def get_consumption(request: ApiRequest, charge_id: Id, query: Query[ConsumptionQuery]) -> dict[str, Any]:
    """Get a charge's energy per period."""
    row = CHARGES.one(request.actor.scope(Permission.CHARGE_READ), charge_id)
    seconds = query.consumption_period_size_in_seconds
    return {
        "chargeId": charge_id,
        "consumptionPeriodSizeInSeconds": seconds,
        "kwhConsumption": buckets(row.energy_from, row.energy_wh, seconds),
    }
