"""Fields of a team member that are known here: `priceGroupId` and `costGroupId` (partner API §11.15)."""

from datetime import datetime
from functools import partial
from typing import Any

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.registries import ApiField
from forecourt.pricing import doors, operations
from forecourt.pricing.models import MemberPricing
from forecourt.teams.models import TeamMember


def _load(column: str, ids: list[int]) -> dict[int, Any]:
    rows = MemberPricing.objects.filter(member__in=ids, **{f"{column}__isnull": False})
    return dict(rows.values_list("member_id", f"{column}_id"))


def _write(column: str, name: str, *, actor: Actor, id: int, value: int | None, at: datetime) -> None:
    """Whether the actor may change the member, its own endpoint has asked. None takes the price away."""
    group = doors.see_group(actor, value) if value is not None else None
    member = TeamMember.objects.select_related("team").get(pk=id)
    try:
        operations.set_member_pricing(actor=actor, members=[member], at=at, **{column: group})
    except Invalid as error:
        raise Invalid(error.message, fields={name: error.message}) from error


API_FIELDS = [
    ApiField("team-member", name, partial(_load, column), partial(_write, column, name))
    for column, name in (("price_group", "priceGroupId"), ("cost_group", "costGroupId"))
]
