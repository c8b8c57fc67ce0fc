"""Nested teams with the charge points they may use and the price they pay: what the doors offer as one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import operation
from forecourt.network.models import ChargePoint, Site
from forecourt.pricing import operations as pricing
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import NestedTeam, Team
from forecourt.teams.operations import nested as teams


@dataclass(frozen=True, slots=True)
class Places:
    """Where a nested team's members may charge: everywhere at the parent's, or at what is chosen."""

    is_all: bool
    charge_point_ids: Sequence[int] = ()
    site_ids: Sequence[int] = ()


@operation
def invite_nested_team(
    *, actor: Actor, parent: Team, nested: Team, places: Places, price_group: PriceGroup | None, at: datetime, note: str = ""
) -> NestedTeam:
    """
    Invite a team to charge at another's charge points at a price (spec P2.1). Errors as `teams.operations.nested`.

    :raises Invalid: also for a charge point, site or price group that is not the parent's.
    """
    _check(parent, places)
    relation = teams.invite_nested_team(
        actor=actor, parent=parent, nested=nested, at=at, note=note,
        charge_point_ids=None if places.is_all else places.charge_point_ids, site_ids=() if places.is_all else places.site_ids,
    )  # fmt: skip
    pricing.set_nested_price(actor=actor, relation=relation, price_group=price_group, at=at)
    return relation


@operation
def edit_nested_team(
    *, actor: Actor, relation: NestedTeam, at: datetime, places: Places | None = None, price_group: PriceGroup | None = None,
    note: str | None = None,
) -> NestedTeam:  # fmt: skip
    """Change what is given; None leaves it. Charges that run keep the price they began with. Errors as for the invitation."""
    if places is not None:
        _check(relation.parent_team, places)
    edited = teams.edit_nesting(
        actor=actor, relation=relation, at=at, note=note, is_for_all=places is not None and places.is_all,
        charge_point_ids=places.charge_point_ids if places else None, site_ids=places.site_ids if places else None,
    )  # fmt: skip
    if price_group is not None:
        pricing.set_nested_price(actor=actor, relation=edited, price_group=price_group, at=at)
    return edited


def _check(parent: Team, places: Places) -> None:
    if places.is_all:
        return
    points, sites = set(places.charge_point_ids), set(places.site_ids)
    if not points and not sites:
        message = _("Choose charge points or sites, or let them charge at all.")
        raise Invalid(message, fields={"charge_points": message})
    if ChargePoint.objects.filter(pk__in=points, team=parent, deleted_at=None).count() != len(points):
        raise Invalid(_("A charge point is not this team’s."), fields={"charge_points": _("Choose charge points of this team.")})
    if Site.objects.filter(pk__in=sites, team=parent, deleted_at=None).count() != len(sites):
        raise Invalid(_("A site is not this team’s."), fields={"sites": _("Choose sites of this team.")})
