"""Team member profiles, our member groups (partner API §11.16)."""

from typing import Any, Literal

from ninja import Query, Router

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.extras import extras_of, write_extras
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import Id, In, LongText, Moment, Out, Page, Text, changes
from forecourt.kit import clock
from forecourt.kit.operations import acting
from forecourt.operators.api import OperatorOut, operator, operator_sql
from forecourt.operators.models import Operator
from forecourt.teams import operations
from forecourt.teams.api.members import ROLES, TOGGLES, PaymentType, Role, role_named
from forecourt.teams.models import MemberGroup, Team

router = Router(tags=["Team member profiles"])
RESOURCE = "team-member-profile"
READ, WRITE, DELETE = (f"team-members:{level}" for level in ("read", "write", "delete"))
PLAIN = (
    "id", "team_id", "name", "description", "role", "charge_payment_type", "pays_in_country_ids", "created_at", "updated_at", "deleted_at",
    *TOGGLES,
)  # fmt: skip
PROFILES = Listing(
    "teams_membergroup", {name: f"r.{name}" for name in PLAIN} | operator_sql("o"), "JOIN operators_operator o ON o.id = r.operator_id"
)  # fmt: skip
PRICES = {"price_group_id": "priceGroupId", "cost_group_id": "costGroupId"}


class ProfileOut(Out):
    id: int
    team_id: int | None
    name: str
    description: str | None
    role: Literal["admin", "user", "other"]
    price_group_id: int | None
    cost_group_id: int | None
    can_pay_with_team_wallet: bool
    can_manage_team_wallet: bool
    can_request_sponsoring: bool
    can_manage_team_members: bool
    can_configure_charge_points: bool
    team_wallet_charge_payment_type: PaymentType
    can_pay_for_charges_country_ids: list[int]
    operator: OperatorOut | None
    created_at: Moment | None
    updated_at: Moment | None
    deleted_at: Moment | None


class ProfileQuery(PageQuery):
    team_id: Id | None = None
    name: str | None = None


class ProfilePatch(In):
    name: Text | None = None
    description: LongText | None = None
    role: Role | None = None
    price_group_id: Id | None = None
    cost_group_id: Id | None = None
    can_pay_with_team_wallet: bool | None = None
    can_manage_team_wallet: bool | None = None
    can_request_sponsoring: bool | None = None
    can_manage_team_members: bool | None = None
    team_wallet_charge_payment_type: PaymentType | None = None
    can_configure_charge_points: bool | None = None
    can_pay_for_charges_country_ids: list[Id] | None = None


class ProfileIn(ProfilePatch):
    team_id: Id | None = None
    name: Text
    description: LongText
    role: Role
    team_wallet_charge_payment_type: PaymentType
    can_pay_for_charges_country_ids: list[Id]


def profile_json(row: Any, extra: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "teamId": row.team_id,
        "name": row.name,
        "description": row.description or None,
        "role": ROLES[row.role],
        "priceGroupId": extra.get("priceGroupId"),
        "costGroupId": extra.get("costGroupId"),
        "canPayWithTeamWallet": row.can_pay_with_team_wallet,
        "canManageTeamWallet": row.can_manage_team_wallet,
        "canRequestSponsoring": row.can_request_sponsoring,
        "canManageTeamMembers": row.can_manage_team_members,
        "canConfigureChargePoints": row.can_configure_charge_points,
        "teamWalletChargePaymentType": row.charge_payment_type,
        "canPayForChargesCountryIds": row.pays_in_country_ids or [],
        "operator": operator(row),
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deletedAt": row.deleted_at,
    }


def _profile(request: ApiRequest, id: int) -> dict[str, Any]:
    row = PROFILES.one(request.actor.scope(Permission.TEAM_MEMBER_READ), id)
    return profile_json(row, extras_of(RESOURCE, [id])[id])


@endpoint(router, "GET", "/team-member-profiles", "getTeamMemberProfiles", returns=Page[ProfileOut], scope=READ)
def get_profiles(request: ApiRequest, query: Query[ProfileQuery]) -> dict[str, Any]:
    """List member groups, of teams and of the operator for all its teams."""
    where = Where().equals("team_id", query.team_id).equals("name", query.name).living(False)
    rows: list[Any] = []
    found = page_of(PROFILES, lambda row: rows.append(row) or {}, request.actor.scope(Permission.TEAM_MEMBER_READ), where, query)  # type: ignore[func-returns-value]
    extra = extras_of(RESOURCE, [row.id for row in rows])
    return found | {"data": [profile_json(row, extra[row.id]) for row in rows]}


@endpoint(router, "POST", "/team-member-profiles", "post-team-member-profile", returns=ProfileOut, status=201, scope=WRITE)
def post_profile(request: ApiRequest, body: ProfileIn) -> dict[str, Any]:
    """Create a member group of a team; without a team, of the operator for all its teams."""
    owner, team = _owner(request, body.team_id)
    fields, at = changes(body), clock.now()
    with acting(request.actor):
        group = operations.create_group(actor=request.actor, operator=owner, team=team, at=at, **_values(fields))
        _write_prices(request, group, fields)
    return _profile(request, group.pk)


@endpoint(router, "GET", "/team-member-profiles/{int:profile_id}", "getTeamMemberProfile", returns=ProfileOut, scope=READ)
def get_profile(request: ApiRequest, profile_id: Id) -> dict[str, Any]:
    """Get one member group."""
    return _profile(request, profile_id)


@endpoint(router, "PATCH", "/team-member-profiles/{int:profile_id}", "updateTeamMemberProfile", returns=ProfileOut, scope=WRITE)
def patch_profile(request: ApiRequest, profile_id: Id, body: ProfilePatch) -> dict[str, Any]:
    """Change a member group; only what is sent. Members who have what the group had follow, others keep their own."""
    group = _fetched(request, profile_id, Permission.TEAM_MEMBER_MANAGE)
    fields = changes(body)
    with acting(request.actor):
        operations.edit_group(actor=request.actor, group=group, at=clock.now(), **_values(fields))
        _write_prices(request, group, fields)
    return _profile(request, profile_id)


@endpoint(router, "DELETE", "/team-member-profiles/{int:profile_id}", "delete-team-member-profile", status=204, scope=DELETE)
def delete_profile(request: ApiRequest, profile_id: Id) -> None:
    """Delete a member group that has no members."""
    operations.delete_group(actor=request.actor, group=_fetched(request, profile_id, Permission.TEAM_MEMBER_DELETE), at=clock.now())


def _owner(request: ApiRequest, team_id: int | None) -> tuple[Operator, Team | None]:
    if team_id is not None:
        rows = Team.objects.select_related("operator").filter(deleted_at=None)
        team: Team = fetch(rows, actor=request.actor, id=team_id, needs=Permission.TEAM_MEMBER_MANAGE)
        return team.operator, team
    owner: Operator = fetch(Operator.objects, actor=request.actor, id=request.actor.operator_id or 0, needs=Permission.TEAM_MEMBER_MANAGE)
    return owner, None


def _fetched(request: ApiRequest, id: int, needs: Permission) -> MemberGroup:
    rows = MemberGroup.objects.select_related("team", "operator").filter(deleted_at=None)
    group: MemberGroup = fetch(rows, actor=request.actor, id=id, needs=needs)
    return group


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    """The operation's names. An empty list of countries says nothing: the level above holds."""
    values = {name: fields[name] for name in ("name", "description", *TOGGLES) if name in fields}
    if "role" in fields:
        values["role"] = role_named(fields["role"])
    if "team_wallet_charge_payment_type" in fields:
        values["charge_payment_type"] = fields["team_wallet_charge_payment_type"]
    if "can_pay_for_charges_country_ids" in fields:
        values["pays_in_country_ids"] = fields["can_pay_for_charges_country_ids"] or None
    return values


def _write_prices(request: ApiRequest, group: MemberGroup, fields: dict[str, Any]) -> None:
    sent = {theirs: fields[ours] for ours, theirs in PRICES.items() if ours in fields}
    write_extras(RESOURCE, group.pk, sent, actor=request.actor, at=clock.now())
