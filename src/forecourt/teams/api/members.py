"""Team members (partner API §11.15)."""

from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Actor, Permission, TeamRole, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.extras import extras_of, write_extras
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import ExternalId, Id, In, LongText, Moment, Out, Page, Payload, changes
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.operations import acting
from forecourt.operators.api import OperatorOut, operator, operator_sql
from forecourt.teams import operations
from forecourt.teams.api.teams import person_named
from forecourt.teams.models import MemberGroup, Team, TeamMember
from forecourt.teams.queries import is_known_to
from forecourt.teams.queries.groups import groups_for

router = Router(tags=["Team members"])
RESOURCE = "team-member"
ROLES = {"owner": "admin", "admin": "admin", "member": "user"}
OURS = {"admin": TeamRole.ADMIN, "user": TeamRole.MEMBER}
TOGGLES = (
    "can_configure_charge_points", "can_pay_with_team_wallet", "can_manage_team_wallet", "can_request_sponsoring", "can_manage_team_members",
)  # fmt: skip
PLAIN = (
    "id", "team_id", "role", "state", "note", "invited_at", "accepted_at", "rejected_at", "created_at", "updated_at", "deleted_at",
    "group_id", "charge_point_ids", "has_access_to_all", "pays_in_country_ids", "charge_payment_type", "partner_external_id", *TOGGLES,
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
        "teamMemberProfileId": row.group_id,
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
    """Put a user whom the credential knows into a team at once, or invite anybody else by e-mail or phone."""
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=request.actor, id=body.team_id, needs=Permission.TEAM_MEMBER_MANAGE)
    if [body.user_id, body.email, body.phone].count(None) != 2:
        says = "Give exactly one of userId, email and phone."
        raise Invalid(says, fields={"userId": says})
    person = _known(request.actor, body)
    fields, at = changes(body), clock.now()
    given: dict[str, Any] = {
        "actor": request.actor,
        "team": team,
        "role": role_named(body.role),
        "group": _group(request, team, fields),
        "at": at,
    }
    with acting(request.actor):
        if person is not None:
            member = operations.add_member(person=person, **given, **_values(fields))
        else:
            member, _link = operations.invite_member(email=body.email or "", phone=body.phone or "", **given, **_values(fields))
        _write(request, member, fields, at)
    return _member(request, member.pk)


@endpoint(router, "GET", "/team-members/{int:member_id}", "getTeamMember", returns=TeamMemberOut, scope="team-members:read")
def get_member(request: ApiRequest, member_id: Id) -> dict[str, Any]:
    """Get one member."""
    return _member(request, member_id)


@endpoint(router, "PATCH", "/team-members/{int:member_id}", "patchTeamMember", returns=TeamMemberOut, scope="team-members:write")
def patch_member(request: ApiRequest, member_id: Id, body: MemberPatch) -> dict[str, Any]:
    """Change a member; only what is sent. A profile gives its role and rights first; what is sent beside it holds."""
    member = _fetched(request, member_id, Permission.TEAM_MEMBER_MANAGE)
    at, fields = clock.now(), changes(body)
    role = role_named(body.role) if body.role is not None and ROLES[member.role] != body.role else None
    group = _group(request, member.team, fields)
    with acting(request.actor):
        if group is not None:
            operations.give_group(actor=request.actor, members=[member], group=group, at=at)
        operations.edit_member(actor=request.actor, member=member, at=at, role=role, **_values(fields))
        _write(request, member, fields, at)
    return _member(request, member_id)


@endpoint(router, "DELETE", "/team-members/{int:member_id}", "delete-team-member", status=204, scope="team-members:delete")
def delete_member(request: ApiRequest, member_id: Id) -> None:
    """Take a member out of the team."""
    member = _fetched(request, member_id, Permission.TEAM_MEMBER_DELETE)
    operations.remove_member(actor=request.actor, member=member, at=clock.now())


@endpoint(
    router, "POST", "/team-members/{int:member_id}/accept", "acceptTeamMemberJoinRequest", returns=TeamMemberOut, scope="team-members:write"
)
def accept_member(request: ApiRequest, member_id: Id) -> dict[str, Any]:
    """Let somebody in who asked to join by the team's code."""
    member = _fetched(request, member_id, Permission.TEAM_MEMBER_MANAGE)
    operations.accept_request(actor=request.actor, member=member, at=clock.now())
    return _member(request, member_id)


@endpoint(
    router, "POST", "/team-members/{int:member_id}/resend-invite", "resendTeamMemberInvite", returns=TeamMemberOut,
    scope="team-members:write",
)  # fmt: skip
def resend_invite(request: ApiRequest, member_id: Id) -> dict[str, Any]:
    """Send a new link for an invitation; the old one stops working."""
    member = _fetched(request, member_id, Permission.TEAM_MEMBER_MANAGE)
    operations.resend_invitation(actor=request.actor, member=member, at=clock.now())
    return _member(request, member_id)


def _fetched(request: ApiRequest, id: int, needs: Permission) -> TeamMember:
    rows = TeamMember.objects.select_related("team").filter(deleted_at=None)
    member: TeamMember = fetch(rows, actor=request.actor, id=id, needs=needs)
    return member


def _known(actor: Actor, body: MemberIn) -> Person | None:
    """
    The user whom the credential may put in at once: one that it may read, or introduced. Others are asked.

    :raises NotFound: for an id that is nobody's, or of somebody it does not know: ids can be counted through.
    """
    if body.user_id is not None:
        return person_named(actor, body.user_id, None)
    named = {"email__iexact": body.email} if body.email else {"phone": body.phone}
    person = Person.objects.filter(deleted_at=None, **named).first()
    return person if person and is_known_to(actor, person) else None


def _group(request: ApiRequest, team: Team, fields: dict[str, Any]) -> MemberGroup | None:
    """:raises NotFound: for a profile that the team cannot use."""
    if "team_member_profile_id" not in fields:
        return None
    group = groups_for(team).filter(pk=fields["team_member_profile_id"]).first()
    if group is None:
        raise NotFound("There is no such profile for this team.")
    return group


def role_named(role: str) -> TeamRole:
    if role not in OURS:
        raise Invalid("There is no such role.", fields={"role": "Use admin or user."})
    return OURS[role]


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    """The operation's names. An empty list of countries says nothing: the level above holds."""
    same = {name: fields[name] for name in (*TOGGLES, "note", "partner_external_id", "partner_custom_payload") if name in fields}
    if "team_wallet_charge_payment_type" in fields:
        same["charge_payment_type"] = fields["team_wallet_charge_payment_type"]
    if "can_pay_for_charges_country_ids" in fields:
        same["pays_in_country_ids"] = fields["can_pay_for_charges_country_ids"] or None
    return same


def _write(request: ApiRequest, member: TeamMember, fields: dict[str, Any], at: Any) -> None:
    names = {"price_group_id": "priceGroupId", "cost_group_id": "costGroupId", "charge_point_ids": "chargePointIds"}
    sent = {theirs: fields[ours] for ours, theirs in names.items() if ours in fields}
    write_extras(RESOURCE, member.pk, sent, actor=request.actor, at=at)
