"""Price groups (partner API §11.24)."""

from typing import Any

from django.db import transaction
from ninja import Query, Router

from forecourt.access import Actor, Permission, Scope
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.extras import extras_of, write_extras
from forecourt.api.paging import PageQuery, page_of
from forecourt.api.rows import Listing, Where
from forecourt.api.shapes import Id, Page
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.pricing import doors, operations, queries
from forecourt.pricing.api.shapes import ApplyIn, PriceGroupIn, PriceGroupOut, group_json, in_their_names, kept_components
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import TeamMember

router = Router(tags=["Price groups"])
RESOURCE = "price-group"
COLUMNS = {name: f"r.{name}" for name in ("id", "team_id", "name", "is_default", "type", "currency", "created_at", "updated_at")} | {
    "version_id": "v.id",
    "version_at": "v.created_at",
    "components": "v.components::json",
    "currency_id": "c.id",
    "currency_name": "c.name",
    "currency_decimals": "c.decimals",
}
JOINS = "JOIN pricing_priceversion v ON v.id = r.current_version_id JOIN places_currency c ON c.identifier = r.currency"
GROUPS = Listing("pricing_pricegroup", COLUMNS, JOINS)


class GroupQuery(PageQuery):
    team_id: Id


@endpoint(router, "GET", "/price-groups", "getPriceGroups", returns=Page[PriceGroupOut], scope="price-groups:read", org=True)
def get_price_groups(request: ApiRequest, query: Query[GroupQuery]) -> dict[str, Any]:
    """List the price groups of a team."""
    where = Where().equals("team_id", query.team_id).living(False)
    rows: list[Any] = []

    def remember(row: Any) -> dict[str, Any]:
        rows.append(row)
        return {}

    found = page_of(GROUPS, remember, request.actor.scope(Permission.PRICE_GROUP_READ), where, query)
    return found | {"data": groups_json(rows)}


@endpoint(router, "POST", "/price-groups", "create-price-group", status=201, scope="price-groups:write", org=True)
def create_price_group(request: ApiRequest, body: PriceGroupIn) -> None:
    """Create a price group of a team. Currency and country are the team's."""
    operator, team = doors.owner_of_new_group(request.actor, team_id=body.team_id, operator_id=None)
    components = body.components()
    try:
        operations.create_price_group(
            actor=request.actor, operator=operator, team=team, type=body.type, name=body.name, components=components, at=clock.now()
        )
    except Invalid as error:
        raise in_their_names(error) from error


@endpoint(router, "GET", "/price-groups/{int:group_id}", "getPriceGroup", returns=PriceGroupOut, scope="price-groups:read", org=True)
def get_price_group(request: ApiRequest, group_id: Id) -> dict[str, Any]:
    """Get one price group, also an operator's that its teams may use."""
    return _group_json(_living(doors.see_group(request.actor, group_id)))


@endpoint(router, "PUT", "/price-groups/{int:group_id}", "update-price-group", returns=PriceGroupOut, scope="price-groups:write", org=True)
def update_price_group(request: ApiRequest, group_id: Id, body: PriceGroupIn) -> dict[str, Any]:
    """Replace name and price. Charges that run keep the price they started with."""
    group = _living(doors.fetch_group(request.actor, group_id, Permission.PRICE_GROUP_UPDATE))
    if body.type != group.type:
        raise Invalid("The type of a price group stays.", fields={"type": "The type of a price group stays."})
    if group.team_id not in (None, body.team_id):
        raise Invalid("A price group stays in its team.", fields={"teamId": "A price group stays in its team."})
    components = [*body.components(), *kept_components(group)]
    try:
        group = operations.edit_price_group(actor=request.actor, price_group=group, name=body.name, components=components, at=clock.now())
    except Invalid as error:
        raise in_their_names(error) from error
    return _group_json(group)


@endpoint(router, "DELETE", "/price-groups/{int:group_id}", "delete-price-group", status=204, scope="price-groups:delete", org=True)
def delete_price_group(request: ApiRequest, group_id: Id) -> None:
    """Delete a price group that is no default and is not applied."""
    group = _living(doors.fetch_group(request.actor, group_id, Permission.PRICE_GROUP_DELETE))
    operations.delete_price_group(actor=request.actor, price_group=group, at=clock.now())


@endpoint(
    router, "PUT", "/price-groups/{int:group_id}/apply", "apply-price-group", returns=PriceGroupOut, scope="price-groups:write", org=True
)
def apply_price_group(request: ApiRequest, group_id: Id, body: ApplyIn) -> dict[str, Any]:
    """Give charge points, sites or team members this price."""
    group = _living(doors.see_group(request.actor, group_id))
    at = clock.now()
    places = {"chargePoints": body.selected_charge_point_ids, "sites": body.selected_site_ids, "resetCost": body.reset_cost}
    with transaction.atomic():
        if body.selected_team_member_ids:
            _apply_to_members(request.actor, group, body.selected_team_member_ids)
        write_extras(RESOURCE, group.pk, {name: value for name, value in places.items() if value}, actor=request.actor, at=at)
    return _group_json(group)


@endpoint(
    router, "PUT", "/price-groups/{int:group_id}/default", "set-default-price-group", returns=PriceGroupOut, scope="price-groups:write",
    org=True,
)  # fmt: skip
def set_default_price_group(request: ApiRequest, group_id: Id) -> dict[str, Any]:
    """Make it the default of its type."""
    group = _living(doors.fetch_group(request.actor, group_id, Permission.PRICE_GROUP_UPDATE))
    return _group_json(operations.set_default(actor=request.actor, price_group=group, at=clock.now()))


def _apply_to_members(actor: Actor, group: PriceGroup, ids: list[int]) -> None:
    members = TeamMember.objects.within(actor.scope(Permission.PRICE_GROUP_UPDATE)).filter(pk__in=ids, deleted_at=None)
    found = list(members.select_related("team"))
    if len(found) != len(set(ids)):
        raise NotFound("There is no such team member.")
    field = "cost_group" if group.type == PriceGroup.Type.MEMBER_COST else "price_group"
    try:
        operations.set_member_pricing(actor=actor, members=found, at=clock.now(), **{field: group})
    except Invalid as error:
        raise Invalid(error.message, fields={"selectedTeamMemberIds": error.message}) from error


def _living(group: PriceGroup) -> PriceGroup:
    if group.deleted_at:
        raise NotFound("There is nothing here with that id.")
    return group


def _group_json(group: PriceGroup) -> dict[str, Any]:
    """The row as it is now. Whether the actor may see it, `doors` has asked."""
    return groups_json([GROUPS.one(Scope(operator_ids=frozenset({group.operator_id})), group.pk)])[0]


def groups_json(rows: list[Any]) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    applied, members = extras_of(RESOURCE, ids), queries.member_ids_on(ids)
    return [group_json(row, applied[row.id], members[row.id]) for row in rows]
