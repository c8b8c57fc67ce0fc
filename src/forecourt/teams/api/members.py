"""Team members (partner API §11.15)."""

from typing import Annotated, Any, Literal

from django.db import transaction
from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, TeamRole, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.extras import extras_of, write_extras
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import ExternalId, Id, In, LongText, Moment, Out, Page, Payload, changes
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.operators.api import OperatorOut, operator, operator_sql
from forecourt.teams import operations
from forecourt.teams.api.teams import person_named
from forecourt.teams.models import Team, TeamMember

router = Router(tags=["Team members"])
RESOURCE = "team-member"
ROLES = {"owner": "admin", "admin": "admin", "member": "user"}
OURS = {"admin": TeamRole.ADMIN, "user": TeamRole.MEMBER}
TOGGLES = (
    "can_configure_charge_points", "can_pay_with_team_wallet", "can_manage_team_wallet", "can_request_sponsoring", "can_manage_team_members",
)  # fmt: skip
PLAIN = (
    "id", "team_id", "role", "state", "note", "invited_at", "accepted_at", "rejected_at", "created_at", "updated_at", "deleted_at",
    "charge_point_ids", "has_access_to_all", "pays_in_country_ids", "charge_payment_type", "partner_external_id", *TOGGLES,
)  # fmt: skip
COLUMNS = {name: f"r.{name}" for name in PLAIN} | {
    "person_id": "r.person_id", "email": "coalesce(p.email, r.invited_email)", "phone": "coalesce(p.phone, r.invited_phone)",
    "first_name": "p.first_name", "last_name": "p.last_name", "partner_custom_payload": "r.partner_custom_payload::json",
    "team_external_id": "t.partner_external_id", "invited_by": "i.email", "accepted_by": "a.email",
} | operator_sql("o")  # fmt: skip
JOINS = """JOIN teams_team t ON t.id = r.team_id JOIN operators_operator o ON o.id = r.operator_id
LEFT JOIN identity_person p ON p.id = r.person_id LEFT JOIN identity_person i ON i.id = r.invited_by_id
LEFT JOIN identity_person a ON a.id = r.accepted_by_id"""
MEMBERS = Listing("teams_teammember", COLUMNS, JOINS)
Phone = Annotated[str, Field(pattern=r"^\+[1-9]\d{1,14}$")]
PaymentType = Literal["partner", "operator", "all", "none"]
Role = Literal["admin", "user", "other"]


class TeamMemberOut(Out):
    id: int
    team_id: int
    display_name: str | None
    operator: OperatorOut | None
    partner_external_team_id: str | None
    user_id: int | None
    email: str | None
    phone: str | None
    role: Role
    access: Literal["all", "selected", "other"]
    state: Literal["requested", "invited", "rejected", "accepted", "blocked", "expired", "other"]
    note: str | None
    invited_at: Moment | None
    invited_by: str | None
    accepted_at: Moment | None
    accepted_by: str | None
    rejected_at: Moment | None
    created_at: Moment | None
    updated_at: Moment | None
    deleted_at: Moment | None
    charge_point_ids: list[int]
    price_group_id: int | None
    cost_group_id: int | None
    team_member_profile_id: int | None
    can_configure_charge_points: bool
    can_pay_with_team_wallet: bool
    can_manage_team_wallet: bool
    can_request_sponsoring: bool
    can_manage_team_members: bool
    can_pay_for_charges_country_ids: list[int]
    team_wallet_charge_payment_type: PaymentType
    partner_external_id: str | None
    partner_custom_payload: Payload | None


class MemberQuery(PageQuery):
    team_id: Id | None = None
    include_deleted: bool = False
    role: Role | None = None
    state: Literal["requested", "invited", "rejected", "accepted", "blocked", "expired", "other"] | None = None
    user_id: Id | None = None
    email: str | None = None
    phone: str | None = None
    partner_external_team_id: str | None = None
    partner_external_id: ExternalId | None = None


class MemberPatch(In):
    charge_point_ids: list[Id] | None = None
    role: Role | None = None
    price_group_id: Id | None = None
    cost_group_id: Id | None = None
    team_member_profile_id: Id | None = None
    can_configure_charge_points: bool | None = None
    can_pay_with_team_wallet: bool | None = None
    can_manage_team_wallet: bool | None = None
    can_request_sponsoring: bool | None = None
    can_manage_team_members: bool | None = None
    team_wallet_charge_payment_type: PaymentType | None = None
    can_pay_for_charges_country_ids: list[Id] | None = None
    note: LongText | None = None
    partner_external_id: ExternalId | None = None
    partner_custom_payload: Payload | None = None


class MemberIn(MemberPatch):
    team_id: Id
    user_id: Id | None = None
    email: str | None = None
    phone: Phone | None = None
    role: Role


def display_name(row: Any) -> str | None:
    """Full name, else `User: #id`, e-mail or phone."""
    full = " ".join(part for part in (row.first_name, row.last_name) if part)
    return full or (f"User: #{row.person_id}" if row.person_id else row.email or row.phone)


def member_json(row: Any, extra: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "teamId": row.team_id,
        "displayName": display_name(row),
        "operator": operator(row),
        "partnerExternalTeamId": row.team_external_id,
        "userId": row.person_id,
        "email": row.email,
        "phone": row.phone,
        "role": ROLES[row.role],
        "access": "all" if row.has_access_to_all else "selected",
        "state": row.state,
        "note": row.note,
        "invitedAt": row.invited_at,
        "invitedBy": row.invited_by,
        "acceptedAt": row.accepted_at,
        "acceptedBy": row.accepted_by,
        "rejectedAt": row.rejected_at,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deletedAt": row.deleted_at,
        "chargePointIds": row.charge_point_ids,
        "priceGroupId": extra.get("priceGroupId"),
        "costGroupId": extra.get("costGroupId"),
        "teamMemberProfileId": extra.get("teamMemberProfileId"),
        "canConfigureChargePoints": row.can_configure_charge_points,
        "canPayWithTeamWallet": row.can_pay_with_team_wallet,
        "canManageTeamWallet": row.can_manage_team_wallet,
        "canRequestSponsoring": row.can_request_sponsoring,
        "canManageTeamMembers": row.can_manage_team_members,
        "canPayForChargesCountryIds": row.pays_in_country_ids or [],
        "teamWalletChargePaymentType": row.charge_payment_type,
        "partnerExternalId": row.partner_external_id,
        "partnerCustomPayload": row.partner_custom_payload,
    }


def _member(request: ApiRequest, id: int) -> dict[str, Any]:
    row = MEMBERS.one(request.actor.scope(Permission.TEAM_MEMBER_READ), id)
    return member_json(row, extras_of(RESOURCE, [id])[id])


def _where(query: MemberQuery) -> Where:
    where = Where().equals("team_id", query.team_id).equals("person_id", query.user_id).equals("state", query.state)
    where.external_id(query.partner_external_id).living(query.include_deleted)
    if query.role is not None:
        where.add("r.role = ANY(%s)", [ours for ours, theirs in ROLES.items() if theirs == query.role])
    for column, value in (("email", query.email), ("phone", query.phone)):
        if value is not None:
            person = f"r.person_id IN (SELECT id FROM identity_person p WHERE lower(p.{column}) = %s)"  # noqa: S608 (constants)
            where.add(f"({person} OR lower(r.invited_{column}) = %s)", value.lower(), value.lower())
    if query.partner_external_team_id is not None:
        where.add("r.team_id IN (SELECT id FROM teams_team WHERE partner_external_id = %s)", query.partner_external_team_id)
    return where


@endpoint(router, "GET", "/team-members", "getTeamMembers", returns=Page[TeamMemberOut], scope="team-members:read")
def get_members(request: ApiRequest, query: Query[MemberQuery]) -> dict[str, Any]:
    """List members, invitations and join requests."""
    rows: list[Any] = []
    found = page_of(MEMBERS, lambda row: rows.append(row) or {}, request.actor.scope(Permission.TEAM_MEMBER_READ), _where(query), query)  # type: ignore[func-returns-value]
    extra = extras_of(RESOURCE, [row.id for row in rows])
    return found | {"data": [member_json(row, extra[row.id]) for row in rows]}


@endpoint(router, "POST", "/team-members", "post-team-member", returns=TeamMemberOut, status=201, scope="team-members:write")
def post_member(request: ApiRequest, body: MemberIn) -> dict[str, Any]:
    """Put a known user into a team."""
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=body.team_id, needs=Permission.TEAM_MEMBER_MANAGE)
    if [body.user_id, body.email, body.phone].count(None) != 2 or body.phone is not None:
        raise Invalid("Name the user by exactly one of userId and email.", fields={"userId": "Give exactly one of userId and email."})
    person = person_named(request.actor, body.user_id, body.email)
    assert person is not None
    at = clock.now()
    fields = changes(body)
    with transaction.atomic():
        member = operations.add_member(actor=request.actor, team=team, person=person, role=_role(body.role), at=at, **_toggles(fields))
        _write(request, member, fields, at)
    return _member(request, member.pk)


@endpoint(router, "GET", "/team-members/{int:member_id}", "getTeamMember", returns=TeamMemberOut, scope="team-members:read")
def get_member(request: ApiRequest, member_id: Id) -> dict[str, Any]:
    """Get one member."""
    return _member(request, member_id)


@endpoint(router, "PATCH", "/team-members/{int:member_id}", "patchTeamMember", returns=TeamMemberOut, scope="team-members:write")
def patch_member(request: ApiRequest, member_id: Id, body: MemberPatch) -> dict[str, Any]:
    """Change a member; only what is sent."""
    member = _fetched(request, member_id, Permission.TEAM_MEMBER_MANAGE)
    at, fields = clock.now(), changes(body)
    role = _role(body.role) if body.role is not None and ROLES[member.role] != body.role else None
    with transaction.atomic():
        operations.edit_member(actor=request.actor, member=member, at=at, role=role, **_toggles(fields))
        _write(request, member, fields, at)
    return _member(request, member_id)


@endpoint(router, "DELETE", "/team-members/{int:member_id}", "delete-team-member", status=204, scope="team-members:delete")
def delete_member(request: ApiRequest, member_id: Id) -> None:
    """Take a member out of the team."""
    member = _fetched(request, member_id, Permission.TEAM_MEMBER_DELETE)
    operations.remove_member(actor=request.actor, member=member, at=clock.now())


def _fetched(request: ApiRequest, id: int, needs: Permission) -> TeamMember:
    member: TeamMember = fetch(TeamMember.objects.filter(deleted_at=None), actor=request.actor, id=id, needs=needs)
    return member


def _role(role: str) -> TeamRole:
    if role not in OURS:
        raise Invalid("There is no such role.", fields={"role": "Use admin or user."})
    return OURS[role]


def _toggles(fields: dict[str, Any]) -> dict[str, bool]:
    return {name: fields[name] for name in TOGGLES if name in fields}


def _write(request: ApiRequest, member: TeamMember, fields: dict[str, Any], at: Any) -> None:
    names = {"price_group_id": "priceGroupId", "cost_group_id": "costGroupId", "team_member_profile_id": "teamMemberProfileId"}
    sent = {theirs: fields[ours] for ours, theirs in names.items() if ours in fields}
    write_extras(RESOURCE, member.pk, sent, actor=request.actor, at=at)
