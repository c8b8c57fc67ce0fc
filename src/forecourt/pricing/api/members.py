"""
Fields of a team member and of a member group that are known here: `priceGroupId` and `costGroupId` (partner API §11.15,
§11.16), for the API and for the pages of `teams`.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy

from forecourt.access import Actor, Permission
from forecourt.kit.errors import Invalid
from forecourt.kit.registries import ApiField, PageField
from forecourt.operators.models import Operator
from forecourt.pricing import doors, operations, queries
from forecourt.pricing.models import MemberGroupPricing, MemberPricing, PriceGroup
from forecourt.teams.models import MemberGroup, Team, TeamMember

NAMES = (("price_group", "priceGroupId"), ("cost_group", "costGroupId"))
LABELS = {"price_group": gettext_lazy("Price group"), "cost_group": gettext_lazy("Cost group")}
TYPES = {"price_group": PriceGroup.Type.MEMBER, "cost_group": PriceGroup.Type.MEMBER_COST}


def _load(column: str, ids: list[int]) -> dict[int, Any]:
    rows = MemberPricing.objects.filter(member__in=ids, **{f"{column}__isnull": False})
    return dict(rows.values_list("member_id", f"{column}_id"))


def _load_of_groups(column: str, ids: list[int]) -> dict[int, Any]:
    rows = MemberGroupPricing.objects.filter(group__in=ids, **{f"{column}__isnull": False})
    return dict(rows.values_list("group_id", f"{column}_id"))


def _write(column: str, name: str, *, actor: Actor, id: int, value: int | None, at: datetime) -> None:
    """Whether the actor may change the member, its own endpoint has asked. None takes the price away."""
    group = doors.see_group(actor, value) if value is not None else None
    member = TeamMember.objects.select_related("team").get(pk=id)
    try:
        operations.set_member_pricing(actor=actor, members=[member], at=at, **{column: group})
    except Invalid as error:
        raise Invalid(error.message, fields={name: error.message}) from error


def _write_of_group(column: str, name: str, *, actor: Actor, id: int, value: int | None, at: datetime) -> None:
    """As `_write`, for a member group."""
    price = doors.see_group(actor, value) if value is not None else None
    group = MemberGroup.objects.select_related("team").get(pk=id)
    try:
        operations.set_member_group_pricing(actor=actor, group=group, at=at, **{column: price})
    except Invalid as error:
        raise Invalid(error.message, fields={name: error.message}) from error


def _choices(column: str, actor: Actor, *, operator: Operator, team: Team | None) -> list[tuple[Any, str]]:
    """What the actor may see and the team, or every team of the operator, may use."""
    seen = queries.readable(actor.reach_of(Permission.PRICE_GROUP_READ)).filter(type=TYPES[column], deleted_at=None)
    usable = queries.assignable(team, TYPES[column]) if team else seen.filter(queries.shared_with(operator))
    return [(group.pk, group.name) for group in usable.filter(pk__in=seen.values("pk"))]


API_FIELDS = [
    *(ApiField("team-member", name, partial(_load, column), partial(_write, column, name)) for column, name in NAMES),
    *(
        ApiField("team-member-profile", name, partial(_load_of_groups, column), partial(_write_of_group, column, name))
        for column, name in NAMES
    ),
]
PAGE_FIELDS = [
    PageField(resource, name, LABELS[column], partial(_choices, column))
    for resource in ("team-member", "team-member-profile")
    for column, name in NAMES
]
