"""Writes of members' prices."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import operation
from forecourt.pricing.models import MemberPricing, PriceGroup
from forecourt.pricing.queries import default_group
from forecourt.teams.events import MemberJoined
from forecourt.teams.models import TeamMember


class Keep(Enum):
    """Leave as it is: None already means “no price group”."""

    KEEP = "keep"


KEEP = Keep.KEEP
FIELDS = {"price_group": PriceGroup.Type.MEMBER, "cost_group": PriceGroup.Type.MEMBER_COST}


@operation
def set_member_pricing(
    *,
    actor: Actor,
    members: Sequence[TeamMember],
    at: datetime,
    price_group: PriceGroup | Keep | None = KEEP,
    cost_group: PriceGroup | Keep | None = KEEP,
) -> None:
    """
    Let these members pay by a price group, or track them by a cost group; None takes it from them. One statement; the last one wins.

    :raises Invalid: for a group of another type, of another team or operator, or deleted.
    """
    given = {name: group for name, group in (("price_group", price_group), ("cost_group", cost_group)) if not isinstance(group, Keep)}
    if not given or not members:
        return
    for name, group in given.items():
        if group is not None:
            _check(name, group, members)
    MemberPricing.objects.bulk_create(
        [MemberPricing(member=member, **given) for member in members],
        update_conflicts=True,
        unique_fields=["member"],
        update_fields=list(given),
    )


@operation
def price_new_members(events: Sequence[MemberJoined]) -> None:
    """
    Reaction to new members: they pay by their group's price, else the default member price of their team (spec P2.6).

    A price that somebody has chosen for the member meanwhile stays, so repeating it changes nothing.
    """
    members = TeamMember.objects.filter(pk__in={event.member_id for event in events}, deleted_at=None).select_related("team")
    defaults: dict[int, PriceGroup | None] = {}
    for member in members:
        if member.team_id not in defaults:
            defaults[member.team_id] = default_group(member.team, PriceGroup.Type.MEMBER)
    priced = [MemberPricing(member=member, price_group=group) for member in members if (group := defaults[member.team_id])]
    MemberPricing.objects.bulk_create(priced, ignore_conflicts=True)


def _check(name: str, group: PriceGroup, members: Sequence[TeamMember]) -> None:
    if group.deleted_at or group.type != FIELDS[name]:
        message = _("Choose a price group for members.") if name == "price_group" else _("Choose a cost group for members.")
        raise Invalid(message, fields={name: message})
    if any(not group.is_for(member.team) for member in members):
        message = _("This price group belongs to another team.")
        raise Invalid(message, fields={name: message})
