"""Starting, stopping and changing charges (partner API §11.10, §13)."""

from typing import Any

from forecourt.access import Actor, Permission, fetch
from forecourt.access.api_scopes import includes
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.shapes import Id, changes
from forecourt.charging import operations
from forecourt.charging.api.charges import one_charge, router
from forecourt.charging.api.shapes import ChargeOut, ChargePatch, PaymentSessionIn, PublicChargeOut, StartChargeIn, StartedChargeOut
from forecourt.charging.models import Charge
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.network.models import ChargePoint
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team

OWN, PUBLIC = "control-charging:write", "control-public-charging:write"


def _nothing() -> NotFound:
    return NotFound("There is nothing here with that id.")


def _point(request: ApiRequest, id: int) -> ChargePoint:
    """
    A charge point where the credential may start: one in reach or, with the public scope, any that is public and active.

    A person may try at those of their teams and at public ones; whether they may charge there is the operation's question.
    """
    actor, is_person = request.actor, request.consumer.is_public
    if is_person or includes(actor.api_scopes, OWN):
        needs = Permission.CHARGE_POINT_READ if is_person else Permission.CHARGE_START
        own: ChargePoint | None = ChargePoint.objects.within(actor.scope(needs)).filter(deleted_at=None, pk=id).first()
        if own is not None:
            return own
    point = ChargePoint.objects.filter(deleted_at=None, pk=id, visibility="public", active_at__isnull=False).first()
    if point is None or not (is_person or includes(actor.api_scopes, PUBLIC)):
        raise _nothing()
    return point


def _payer(actor: Actor, id: int | None, is_person: bool) -> Team:
    """The team whose wallet pays; a person's own team unless another is named."""
    if is_person and id is None:
        team = Team.objects.filter(owner_id=actor.id, type=Team.Type.PERSONAL, deleted_at=None).first()
    elif id is None:
        raise Invalid("payingTeamId: Field required", fields={"payingTeamId": "Field required"})
    else:
        team = Team.objects.within(actor.scope(Permission.WALLET_SPEND)).filter(deleted_at=None, pk=id).first()
    if team is None:
        raise _nothing()
    return team


def _check_group(actor: Actor, id: int, charge_point: ChargePoint) -> None:
    """A price can be forced only where its owner earns: nobody sets the price of another's charge point."""
    group = PriceGroup.objects.within(actor.scope(Permission.CHARGE_START)).filter(deleted_at=None, pk=id).first()
    if group is None or not group.is_for(charge_point.team):
        raise _nothing()


def _session(session: PaymentSessionIn | None) -> dict[str, Any] | None:
    """As it is stored: by the contract's names, the amount as an exact text."""
    if session is None:
        return None
    stored = session.model_dump(by_alias=True)
    return stored | {"amount": None if session.amount is None else str(session.amount)}


def _fetched(request: ApiRequest, id: int, needs: Permission) -> Charge:
    charge: Charge = fetch(Charge.objects, actor=request.actor, id=id, needs=needs)
    return charge


@endpoint(
    router, "POST", "/charges", "start-charge", returns=StartedChargeOut | PublicChargeOut, scope=(OWN, PUBLIC), org=True, public=True
)  # fmt: skip
def start_charge(request: ApiRequest, body: StartChargeIn) -> dict[str, Any]:
    """
    Start or reserve a charge that a team's wallet pays for.

    With a unique `partnerExternalId` asking again is the same request. The charge stands in the answer, and once more under
    `charge`. The Public API needs `chargePointId` alone; the person's own wallet pays.
    """
    actor, is_person = request.actor, request.consumer.is_public
    charge_point = _point(request, body.charge_point_id)
    if body.price_group_id is not None:
        _check_group(actor, body.price_group_id, charge_point)
    begin = operations.reserve if body.reserve_charge else operations.request_start
    charge = begin(
        actor=actor,
        charge_point=charge_point,
        payer_team=_payer(actor, body.paying_team_id, is_person),
        person_id=actor.id if is_person else None,
        limits=operations.Limits(None if body.kwh_limit is None else int(body.kwh_limit * 1000), body.soc_limit, body.price_limit),
        price_group_id=body.price_group_id,
        extras=operations.Extras(body.partner_external_id, body.partner_custom_payload, _session(body.generic_payment_session)),
        at=clock.now(),
    )
    found = one_charge(request, charge.pk)
    return found if is_person else {**found, "charge": found}


@endpoint(router, "PATCH", "/charges/{int:charge_id}", "patch-charge", returns=ChargeOut, scope="charges:write", org=True)
def patch_charge(request: ApiRequest, charge_id: Id, body: ChargePatch) -> dict[str, Any]:
    """Change the partner's own fields and the payment session of a charge."""
    sent = changes(body)
    if "generic_payment_session" in sent:
        sent["payment_session"] = _session(sent.pop("generic_payment_session"))
    charge = _fetched(request, charge_id, Permission.CHARGE_UPDATE)
    operations.edit_charge(actor=request.actor, charge=charge, changes=sent, at=clock.now())
    return one_charge(request, charge_id)


def _stop(request: ApiRequest, charge_id: int) -> dict[str, Any]:
    charge = _fetched(request, charge_id, Permission.CHARGE_STOP)
    operations.request_stop(actor=request.actor, charge=charge, at=clock.now())
    return one_charge(request, charge_id)


@endpoint(
    router, "GET", "/charges/{int:charge_id}/stop", "stop-charge", returns=ChargeOut | PublicChargeOut, scope=(OWN, PUBLIC), org=True,
    public=True, changes=True,
)  # fmt: skip
def get_stop(request: ApiRequest, charge_id: Id) -> dict[str, Any]:
    """Ask the station to stop a charge. The verb is GET: the contract says so."""
    return _stop(request, charge_id)


@endpoint(
    router, "POST", "/charges/{int:charge_id}/stop", "post-stop-charge", returns=ChargeOut | PublicChargeOut, scope=(OWN, PUBLIC), org=True,
    public=True,
)  # fmt: skip
def post_stop(request: ApiRequest, charge_id: Id) -> dict[str, Any]:
    """Ask the station to stop a charge (the Public API's verb)."""
    return _stop(request, charge_id)


def _restart(request: ApiRequest, charge_id: int) -> dict[str, Any]:
    charge = _fetched(request, charge_id, Permission.CHARGE_START)
    made = operations.restart(actor=request.actor, charge=charge, at=clock.now())
    return one_charge(request, made.pk)


@endpoint(router, "GET", "/charges/{int:charge_id}/restart", "restart-charge", returns=ChargeOut, scope=OWN, org=True, changes=True)
def get_restart(request: ApiRequest, charge_id: Id) -> dict[str, Any]:
    """Start a reserved charge, or charge again after one that has ended. The verb is GET: the contract says so."""
    return _restart(request, charge_id)


@endpoint(router, "POST", "/charges/{int:charge_id}/restart", "post-restart-charge", returns=ChargeOut, scope=OWN, org=True)
def post_restart(request: ApiRequest, charge_id: Id) -> dict[str, Any]:
    """Start a reserved charge, or charge again after one that has ended."""
    return _restart(request, charge_id)
