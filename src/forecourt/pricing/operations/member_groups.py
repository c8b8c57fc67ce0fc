"""Prices of member groups, and how they become their members' (spec P2.1, P2.6)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import locked, operation
from forecourt.pricing.models import MemberGroupPricing, PriceGroup
from forecourt.pricing.operations.members import FIELDS, KEEP, Keep
from forecourt.teams.events import MemberGroupGiven
from forecourt.teams.models import MemberGroup

# Members of a group who have the price that the group had get the one it has now; the others keep theirs.
_FOLLOW = """
INSERT INTO pricing_memberpricing (member_id, {column})
SELECT m.id, %s FROM teams_teammember m LEFT JOIN pricing_memberpricing p ON p.member_id = m.id
WHERE m.group_id = %s AND m.deleted_at IS NULL AND p.{column} IS NOT DISTINCT FROM %s ORDER BY m.id
ON CONFLICT (member_id) DO UPDATE SET {column} = EXCLUDED.{column}
"""
# What a group says of prices becomes its member's; where it says nothing, the member's own stays.
_GIVEN = """
INSERT INTO pricing_memberpricing AS p (member_id, price_group_id, cost_group_id)
SELECT m.id, g.price_group_id, g.cost_group_id FROM teams_teammember m JOIN pricing_membergrouppricing g ON g.group_id = m.group_id
WHERE m.id = ANY(%s) AND m.deleted_at IS NULL AND COALESCE(g.price_group_id, g.cost_group_id) IS NOT NULL ORDER BY m.id
ON CONFLICT (member_id) DO UPDATE SET price_group_id = COALESCE(EXCLUDED.price_group_id, p.price_group_id),
  cost_group_id = COALESCE(EXCLUDED.cost_group_id, p.cost_group_id)
"""


@operation
def set_member_group_pricing(
    *,
    actor: Actor,
    group: MemberGroup,
    at: datetime,
    price_group: PriceGroup | Keep | None = KEEP,
    cost_group: PriceGroup | Keep | None = KEEP,
) -> None:
    """
    Say what members of a group pay by and are tracked by; None says nothing. Members who have what the group had follow,
    others keep what they were given. The group's row is locked, so two changes follow each other.

    :raises Invalid: for a price group of another type, of another team or operator, or deleted.
    """
    locked(group)
    given = {name: one for name, one in (("price_group", price_group), ("cost_group", cost_group)) if not isinstance(one, Keep)}
    for name, one in given.items():
        if one is not None:
            _check(name, one, group)
    pricing, _made = MemberGroupPricing.objects.get_or_create(group=group)
    for name, one in given.items():
        before, after = getattr(pricing, f"{name}_id"), one.pk if one else None
        if before != after:
            with connection.cursor() as cursor:
                cursor.execute(_FOLLOW.format(column=f"{name}_id"), [after, group.pk, before])
            setattr(pricing, name, one)
    pricing.save()


@operation
def price_members_of_groups(events: Sequence[MemberGroupGiven]) -> None:
    """Reaction to a group that was given: its prices are the member's. One statement; repeating it changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [sorted({event.member_id for event in events})])


def _check(name: str, price_group: PriceGroup, group: MemberGroup) -> None:
    """A group for all teams of an operator can only have prices that all of them may use."""
    if price_group.deleted_at or price_group.type != FIELDS[name]:
        says = _("Choose a price group for members.") if name == "price_group" else _("Choose a cost group for members.")
        raise Invalid(says, fields={name: says})
    is_of_all = price_group.team_id is None and price_group.organisation_id == group.organisation_id
    shared = is_of_all and (price_group.operator_id == group.operator_id or price_group.operator.is_main)
    if not (price_group.is_for(group.team) if group.team else shared):
        says = _("This price group belongs to another team.")
        raise Invalid(says, fields={name: says})
