"""Nested teams (partner API §11.17). They stand here because they name charge points and prices."""

from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import Id, In, Moment, Out, Page, changes
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.network.operations.nested import Places, edit_nested_team, invite_nested_team
from forecourt.pricing import doors
from forecourt.teams.models import NestedTeam, Team
from forecourt.teams.operations import nested as teams

router = Router(tags=["Nested teams"])
READ, WRITE, DELETE = (f"team-members:{level}" for level in ("read", "write", "delete"))
PLAIN = ("id", "state", "charge_point_ids", "has_access_to_all", "note", "created_at", "updated_at", "invited_at")
COUNT = "(SELECT count(*) FROM teams_teammember m WHERE m.team_id = {0}.id AND m.state = 'accepted' AND m.deleted_at IS NULL)"
COLUMNS = {name: f"r.{name}" for name in PLAIN} | {
    "parent_id": "p.id", "parent_name": "p.name", "parent_count": COUNT.format("p"),
    "nested_id": "n.id", "nested_name": "n.name", "nested_count": COUNT.format("n"),
    "price_group_id": "g.id", "price_group_name": "g.name", "user_id": "i.id", "first_name": "i.first_name", "last_name": "i.last_name",
}  # fmt: skip
JOINS = """JOIN teams_team p ON p.id = r.parent_team_id JOIN teams_team n ON n.id = r.nested_team_id
LEFT JOIN pricing_nestedteampricing price ON price.id = r.id LEFT JOIN pricing_pricegroup g ON g.id = price.price_group_id
LEFT JOIN identity_person i ON i.id = r.invited_by_id"""
NESTED = Listing("teams_nestedteam", COLUMNS, JOINS, sides=NestedTeam.SIDES)
StateWord = Literal["requested", "invited", "accepted", "rejected_at", "blocked", "expired"]
Access = Literal["all", "selected"]


class PublicTeam(Out):
    id: int
    public_name: str | None
    member_count: int | None


class PublicUser(Out):
    id: int
    first_name: str | None
    last_name: str | None
    display_name: str | None


class PriceGroupRef(Out):
    id: int
    name: str


class NestedTeamOut(Out):
    id: int
    parent_team: PublicTeam
    nested_team: PublicTeam | None
    price_group: PriceGroupRef | None
    invited_by_user: PublicUser | None
    user_role: Literal["user"]
    access: Access
    state: StateWord
    selected_charge_point_ids: list[int] | None
    note: str | None
    created_at: Moment
    updated_at: Moment
    invited_at: Moment | None


class NestedQuery(PageQuery):
    state: StateWord | None = None
    include_deleted: bool = False


class NestedInvite(In):
    parent_team_id: Id
    nested_team_id: Id
    price_group_id: Id
    access: Access
    selected_charge_point_ids: list[Id] | None = None
    selected_site_ids: list[Id] | None = None


class NestedPatch(In):
    price_group_id: Id | None = None
    note: Annotated[str, Field(max_length=255)] | None = None
    selected_charge_point_ids: list[Id] | None = None


def nested_json(row: Any) -> dict[str, Any]:
    name = " ".join(part for part in (row.first_name, row.last_name) if part)
    return {
        "id": row.id,
        "parentTeam": {"id": row.parent_id, "publicName": row.parent_name, "memberCount": row.parent_count},
        "nestedTeam": {"id": row.nested_id, "publicName": row.nested_name, "memberCount": row.nested_count},
        "priceGroup": {"id": row.price_group_id, "name": row.price_group_name} if row.price_group_id else None,
        "invitedByUser": row.user_id
        and {"id": row.user_id, "firstName": row.first_name, "lastName": row.last_name, "displayName": name or None},
        "userRole": "user",
        "access": "all" if row.has_access_to_all else "selected",
        "state": "rejected_at" if row.state == "rejected" else row.state,
        "selectedChargePointIds": row.charge_point_ids,
        "note": row.note,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "invitedAt": row.invited_at,
    }


def _nested(request: ApiRequest, id: int) -> dict[str, Any]:
    return nested_json(NESTED.one(request.actor.scope(Permission.TEAM_MEMBER_READ), id))


def _relation(request: ApiRequest, id: int, needs: Permission) -> NestedTeam:
    rows = NestedTeam.objects.select_related("parent_team__owner", "nested_team__owner").filter(deleted_at=None)
    relation: NestedTeam = fetch(rows, actor=request.actor, id=id, needs=needs)
    return relation


def _as(request: ApiRequest, team: Team) -> None:
    """
    That the credential speaks for this side.

    :raises NotFound: if it is the other side's alone.
    """
    fetch(Team.objects, actor=request.actor, id=team.pk, needs=Permission.TEAM_MEMBER_MANAGE)


@endpoint(router, "GET", "/nested-teams", "getNestedTeams", returns=Page[NestedTeamOut], scope=READ)
def get_nested_teams(request: ApiRequest, query: Query[NestedQuery]) -> dict[str, Any]:
    """List nested teams of both sides."""
    where = Where().equals("state", "rejected" if query.state == "rejected_at" else query.state).living(query.include_deleted)
    return page_of(NESTED, nested_json, request.actor.scope(Permission.TEAM_MEMBER_READ), where, query)


@endpoint(router, "POST", "/nested-teams/invite", "invite", returns=NestedTeamOut, scope=WRITE)
def invite(request: ApiRequest, body: NestedInvite) -> dict[str, Any]:
    """Invite a team to charge at another team's charge points."""
    actor, teams_here = request.actor, Team.objects.filter(deleted_at=None).select_related("owner")
    parent: Team = fetch(teams_here, actor=actor, id=body.parent_team_id, needs=Permission.TEAM_MEMBER_MANAGE)
    nested: Team = fetch(teams_here, actor=actor, id=body.nested_team_id, needs=Permission.TEAM_READ)
    places = Places(body.access == "all", body.selected_charge_point_ids or (), body.selected_site_ids or ())
    group = doors.see_group(actor, body.price_group_id)
    relation = _renamed(
        lambda: invite_nested_team(actor=actor, parent=parent, nested=nested, places=places, price_group=group, at=clock.now())
    )
    return _nested(request, relation.pk)


@endpoint(router, "GET", "/nested-teams/{int:relation_id}", "getNestedTeam", returns=NestedTeamOut, scope=READ)
def get_nested_team(request: ApiRequest, relation_id: Id) -> dict[str, Any]:
    """Get one nested team."""
    return _nested(request, relation_id)


@endpoint(router, "PATCH", "/nested-teams/{int:relation_id}", "updateNestedTeam", returns=NestedTeamOut, scope=WRITE)
def patch_nested_team(request: ApiRequest, relation_id: Id, body: NestedPatch) -> dict[str, Any]:
    """Change price, note or chosen charge points; only what is sent."""
    relation, fields = _relation(request, relation_id, Permission.TEAM_MEMBER_MANAGE), changes(body)
    _as(request, relation.parent_team)
    group = doors.see_group(request.actor, fields["price_group_id"]) if "price_group_id" in fields else None
    chosen = fields.get("selected_charge_point_ids")
    places = None if chosen is None else Places(False, chosen, relation.site_ids)
    _renamed(
        lambda: edit_nested_team(
            actor=request.actor, relation=relation, places=places, price_group=group, note=fields.get("note"), at=clock.now()
        )
    )
    return _nested(request, relation_id)


@endpoint(router, "DELETE", "/nested-teams/{int:relation_id}", "deleteNestedTeam", status=204, scope=DELETE)
def delete_nested_team(request: ApiRequest, relation_id: Id) -> None:
    """End it, from either side."""
    teams.end_nesting(actor=request.actor, relation=_relation(request, relation_id, Permission.TEAM_MEMBER_DELETE), at=clock.now())


@endpoint(router, "POST", "/nested-teams/{int:relation_id}/accept-invite", "acceptInvite", returns=NestedTeamOut, scope=WRITE)
def accept_invite(request: ApiRequest, relation_id: Id) -> dict[str, Any]:
    """Accept for the invited team."""
    relation = _relation(request, relation_id, Permission.TEAM_MEMBER_MANAGE)
    _as(request, relation.nested_team)
    teams.accept_nesting(actor=request.actor, relation=relation, at=clock.now())
    return _nested(request, relation_id)


@endpoint(router, "POST", "/nested-teams/{int:relation_id}/reject-invite", "rejectInvite", returns=NestedTeamOut, scope=WRITE)
def reject_invite(request: ApiRequest, relation_id: Id) -> dict[str, Any]:
    """Decline for the invited team."""
    relation = _relation(request, relation_id, Permission.TEAM_MEMBER_MANAGE)
    _as(request, relation.nested_team)
    teams.reject_nesting(actor=request.actor, relation=relation, at=clock.now())
    return _nested(request, relation_id)


NAMES = {
    "team": "nestedTeamId", "price_group": "priceGroupId", "charge_points": "selectedChargePointIds", "sites": "selectedSiteIds",
}  # fmt: skip


def _renamed(act: Any) -> Any:
    """The operation's fields as the contract calls them."""
    try:
        return act()
    except Invalid as error:
        raise Invalid(error.message, fields={NAMES.get(name, name): says for name, says in error.fields.items()}) from error
