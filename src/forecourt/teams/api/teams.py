"""Teams (partner API §11.14)."""

from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from ninja import Query, Router
from pydantic import Field

from forecourt.access import Actor, Permission, TeamRole, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Pure, Where
from forecourt.api.shapes import (
    ADDRESS_COLUMNS,
    AddressIn,
    CurrencyOut,
    ExternalId,
    Id,
    In,
    LongText,
    Moment,
    Out,
    Page,
    Payload,
    Text,
    changes,
)
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, Invalid, NotFound
from forecourt.operators.api import OperatorOut, operator, operator_sql
from forecourt.operators.models import Operator
from forecourt.teams import operations
from forecourt.teams.categories import category_name
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.queries import is_known_to, person_by_email

router = Router(tags=["Teams"])
SIDES = {"owner": {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "id"}}
TYPES = {"personal": "private", "private": "private", "professional": "professional", "operator": "operator", "fleet": "professional"}
COLUMNS = {
    "id": "r.id", "name": "r.name", "contact_email": "r.contact_email", "partner_external_id": "r.partner_external_id",
    "partner_custom_payload": "r.partner_custom_payload::json", "join_code": "r.join_code", "company_name": "r.company_name",
    "vat_number": "r.vat_number", "company_registration_number": "r.company_registration_number", "type": "r.type", "category": "r.category",
    "owner_id": "r.owner_id", "frozen_at": "r.frozen_at", "frozen_reason": "r.frozen_reason", "blocked_at": "r.blocked_at",
    "created_at": "r.created_at", "updated_at": "r.updated_at", "deleted_at": "r.deleted_at", "payment_method": "r.payment_method",
    "legal_email": "r.legal_email", "external_id": "r.external_id", "recipient_code": "r.recipient_code",
    "tax_identification_number": "r.tax_identification_number", "feature_group_id": "r.feature_group_id",
    "country_id": "r.country_id", "currency": "c.identifier", "currency_name": "c.name", "currency_decimals": "c.decimals",
} | {name: f"r.{name}" for name in ADDRESS_COLUMNS} | operator_sql("o")  # fmt: skip
JOINS = "JOIN operators_operator o ON o.id = r.operator_id JOIN places_currency c ON c.id = r.currency_id"
TEAMS = Listing("teams_team", COLUMNS, JOINS, sides=SIDES)


class TeamAddress(Out):
    address1: str | None
    address2: str | None
    address3: str | None
    city: str | None
    province: str | None
    zip_code: str | None
    country_id: int


class TeamCategory(Out):
    identifier: str
    name: str


class InvoiceRequest(Out):
    id: int
    status: Literal["pending", "approved", "rejected"]
    requested_at: Moment
    approved_at: Moment | None
    rejected_at: Moment | None
    rejection_reason: str | None
    updated_at: Moment | None


class TeamOut(Out):
    """`userId` is the owner; 0 where a team has none."""

    id: int
    name: str
    legal_email: str | None
    external_id: str | None
    partner_external_id: str | None
    partner_custom_payload: Payload | None
    join_code: str
    recipient_code: str | None
    company_name: str | None
    tax_identification_number: str | None
    vat_number: str | None
    company_registration_number: str | None
    operator: OperatorOut | None
    address: TeamAddress
    currency: CurrencyOut
    type: Literal["private", "professional", "operator"]
    category: TeamCategory | None
    operator_id: int | None
    user_id: int
    is_frozen: bool
    frozen_reason: str | None
    feature_group_id: int | None
    frozen_at: Moment | None
    blocked_at: Moment | None
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None
    payment_method: Literal["invoice", "operator_transaction", "source", "unknown"]
    invoice_request: InvoiceRequest | None


class TeamQuery(PageQuery):
    partner_external_id: ExternalId | None = None
    operator_id: Id | None = None
    feature_group_id: Id | None = None
    from_updated_at: Moment | None = None
    include_deleted: bool = False


PaymentMethod = Literal["invoice", "operator_transaction", "source"]


class TeamIn(In):
    """`CreateTeamDto`."""

    user_id: Id | None = None
    user_email: Text | None = None
    operator_id: Id | None = None
    name: Text
    contact_email: Text
    type: Literal["private", "professional", "operator"]
    address: AddressIn
    company_name: str | None = None
    vat_number: str | None = None
    company_registration_number: str | None = None
    finance_email: Text | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None
    payment_method: PaymentMethod | None = None


class TeamPatch(In):
    user_id: Id | None = None
    user_email: Text | None = None
    finance_email: Text | None = None
    name: Text | None = None
    contact_email: Text | None = None
    address: AddressIn | None = None
    company_name: str | None = None
    vat_number: str | None = None
    company_registration_number: str | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None
    payment_method: PaymentMethod | None = None


class TeamState(In):
    reason: LongText | None = Field(default=None)


def currency(row: Any) -> dict[str, Any]:
    return {"identifier": row.currency.lower(), "name": row.currency_name, "decimals": row.currency_decimals}


def team_json(row: Any) -> dict[str, Any]:
    belongs_to = operator(row)
    return {
        "id": row.id,
        "name": row.name,
        "legalEmail": row.legal_email,
        "externalId": row.external_id,
        "partnerExternalId": row.partner_external_id,
        "partnerCustomPayload": row.partner_custom_payload,
        "joinCode": row.join_code,
        "recipientCode": row.recipient_code,
        "companyName": row.company_name,
        "taxIdentificationNumber": row.tax_identification_number,
        "vatNumber": row.vat_number,
        "companyRegistrationNumber": row.company_registration_number,
        "operator": belongs_to,
        "address": {
            "address1": row.address1 or None,
            "address2": row.address2 or None,
            "address3": row.address3 or None,
            "city": row.city or None,
            "province": row.province or None,
            "zipCode": row.zip_code or None,
            "countryId": row.country_id or 0,
        },
        "currency": currency(row),
        "type": TYPES[row.type],
        "category": {"identifier": row.category, "name": category_name(row.category)} if row.category else None,
        "operatorId": belongs_to and belongs_to["id"],
        "userId": row.owner_id or 0,
        "isFrozen": row.frozen_at is not None,
        "frozenReason": row.frozen_reason,
        "featureGroupId": row.feature_group_id,
        "frozenAt": row.frozen_at,
        "blockedAt": row.blocked_at,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deletedAt": row.deleted_at,
        "paymentMethod": row.payment_method,
        "invoiceRequest": None,
    }


def _team(request: ApiRequest, id: int) -> dict[str, Any]:
    return team_json(TEAMS.one(request.actor.scope(Permission.TEAM_READ), id))


def _fetched(request: ApiRequest, id: int, needs: Permission) -> Team:
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=id, needs=needs)
    return team


def person_named(actor: Actor, user_id: int | None, email: str | None) -> Person | None:
    """
    The person a body names: by e-mail address, which one must know, or by an id that the actor may already read, or that
    of a person its own operator introduced. Ids can be counted through, so any other id is nobody's.

    :raises NotFound: if nobody is called that.
    """
    if user_id is None and email is None:
        return None
    living = Person.objects.filter(deleted_at=None)
    if user_id is None:
        person = living.filter(email__iexact=email).first()
    else:
        person = living.filter(pk=user_id).first()
        if person and not is_known_to(actor, person):
            person = None
    if person is None:
        raise NotFound("There is no such user.")
    return person


def hand_over(actor: Actor, team: Team, owner: Person, *, at: datetime) -> None:
    """
    Make somebody the owner who may not be a member yet.

    :raises Invalid: for a personal team, which stays its person's.
    """
    if team.type == Team.Type.PERSONAL:
        raise Invalid("A personal team stays its person's.", fields={"userId": "A personal team stays its person's."})
    members = TeamMember.objects.filter(team=team, person=owner, state=TeamMember.State.ACCEPTED, deleted_at=None)
    member = members.first() or operations.add_member(actor=actor, team=team, person=owner, role=TeamRole.ADMIN, at=at)
    operations.transfer_ownership(actor=actor, member=member, at=at)


@endpoint(router, "GET", "/teams", "get-teams", returns=Page[TeamOut], scope="teams:read", org=True)
def get_teams(request: ApiRequest, query: Query[TeamQuery]) -> dict[str, Any]:
    """List teams."""
    scope = request.consumer.within(query.operator_id).scope(Permission.TEAM_READ)
    where = Where().external_id(query.partner_external_id).since("updated_at", query.from_updated_at).living(query.include_deleted)
    where.equals("feature_group_id", query.feature_group_id)
    return page_of(TEAMS, Pure(team_json), scope, where, query)


@endpoint(router, "POST", "/teams", "post-team", returns=TeamOut, status=201, scope="teams:write", org=True)
def post_team(request: ApiRequest, body: TeamIn) -> dict[str, Any]:
    """Create a team."""
    actor = request.consumer.within(body.operator_id)
    home: Operator = fetch(_operators(), actor=actor, id=body.operator_id or actor.operator_id or 0, needs=Permission.TEAM_CREATE)
    fields = body.model_dump(
        exclude={"user_id", "user_email", "operator_id", "address", "name", "contact_email", "type"}, exclude_none=True
    )
    place, at = body.address.columns(), clock.now()
    invited = body.user_email if body.user_id is None and body.user_email and person_by_email(body.user_email) is None else None
    with transaction.atomic():
        team = operations.create_team(
            actor=actor, operator=home, name=body.name, contact_email=body.contact_email, type=body.type, at=at,
            country_id=place.pop("country_id"), owner=None if invited else person_named(actor, body.user_id, body.user_email),
            **fields, **_lines(place),
        )  # fmt: skip
        if invited:  # who has no account is invited to be the owner
            operations.invite_member(actor=actor, team=team, email=invited, role=TeamRole.OWNER, at=at)
    return team_json(TEAMS.one(actor.scope(Permission.TEAM_READ), team.pk))


@endpoint(router, "GET", "/teams/{int:team_id}", "get-team", returns=TeamOut, scope="teams:read", org=True)
def get_team(request: ApiRequest, team_id: Id) -> dict[str, Any]:
    """Get one team."""
    return _team(request, team_id)


@endpoint(router, "PATCH", "/teams/{int:team_id}", "patch-team", returns=TeamOut, scope="teams:write", org=True)
def patch_team(request: ApiRequest, team_id: Id, body: TeamPatch) -> dict[str, Any]:
    """Change a team; only what is sent."""
    team = _fetched(request, team_id, Permission.TEAM_UPDATE)
    fields = changes(body)
    if fields.get("payment_method", team.payment_method) != team.payment_method and request.actor.reach.team_ids:
        raise Forbidden("A key of single teams may not change how they pay: that is their operator's to decide (spec P2.8).")
    place = fields.pop("address", None)
    owner = person_named(request.actor, fields.pop("user_id", None), fields.pop("user_email", None))
    if place is not None:
        columns = place.columns()
        if columns.pop("country_id") != team.country_id:
            raise Invalid("A team keeps its country.", fields={"address.countryId": "The country decides currency and VAT; it stays."})
        fields |= _lines(columns)
    with transaction.atomic():
        operations.edit_team(actor=request.actor, team=team, at=clock.now(), **fields)
        if owner is not None and owner.pk != team.owner_id:
            hand_over(request.actor, team, owner, at=clock.now())
    return _team(request, team_id)


@endpoint(router, "DELETE", "/teams/{int:team_id}", "delete-team", status=204, scope="teams:delete", org=True)
def delete_team(request: ApiRequest, team_id: Id) -> None:
    """Delete a team."""
    operations.delete_team(actor=request.actor, team=_fetched(request, team_id, Permission.TEAM_DELETE), at=clock.now())


@endpoint(router, "POST", "/teams/{int:team_id}/freeze", "freeze-team", returns=TeamOut, scope="teams:write", org=True)
def freeze_team(request: ApiRequest, team_id: Id, body: TeamState) -> dict[str, Any]:
    """Freeze a team's wallet and charging."""
    team = _fetched(request, team_id, Permission.TEAM_FREEZE)
    operations.freeze_team(actor=request.actor, team=team, reason=body.reason or "", at=clock.now())
    return _team(request, team_id)


@endpoint(router, "POST", "/teams/{int:team_id}/unfreeze", "unfreeze-team", returns=TeamOut, scope="teams:write", org=True)
def unfreeze_team(request: ApiRequest, team_id: Id) -> dict[str, Any]:
    """Let a frozen team go on."""
    operations.unfreeze_team(actor=request.actor, team=_fetched(request, team_id, Permission.TEAM_FREEZE), at=clock.now())
    return _team(request, team_id)


def _operators() -> Any:
    return Operator.objects.filter(deleted_at=None)


def _lines(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name not in ("country_id", "country_area_id")}
