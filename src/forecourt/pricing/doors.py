"""The ways from a request to a price group, for both doors: team groups by their scope, operator groups by a permission of their own."""

from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission, lacks_here, require
from forecourt.kit.errors import Forbidden, NotFound
from forecourt.operators.models import Operator
from forecourt.pricing import queries
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team


def see_group(actor: Actor, id: int) -> PriceGroup:
    """
    A living or deleted group that the actor may read, also one that is only shared with them.

    :raises NotFound: if there is none.
    """
    groups = queries.readable(actor.reach_of(Permission.PRICE_GROUP_READ))
    group = groups.filter(pk=id).select_related("team", "operator", "country", "current_version").first()
    if group is None:
        raise NotFound(_("There is nothing here with that id."))
    return group


def fetch_group(actor: Actor, id: int, needs: Permission) -> PriceGroup:
    """
    The group, if the actor may do this to it. An operator's group needs `operator_price_group.manage` whatever the verb (spec P2.6).

    :raises NotFound: if they may not read it.
    :raises Forbidden: if they may read it only.
    """
    group = see_group(actor, id)
    if not may_change(actor, group, needs):
        raise Forbidden(lacks_here(_needed(group, needs)), permission=_needed(group, needs).value)
    return group


def may_change(actor: Actor, group: PriceGroup, needs: Permission) -> bool:
    return bool(PriceGroup.objects.within(actor.reach_of(_needed(group, needs))).filter(pk=group.pk).exists())


def _needed(group: PriceGroup, needs: Permission) -> Permission:
    return needs if group.team_id else Permission.OPERATOR_PRICE_GROUP_MANAGE


def owner_of_new_group(actor: Actor, *, team_id: int | None, operator_id: int | None) -> tuple[Operator, Team | None]:
    """
    Whose a new group will be: a team's, or an operator's.

    :raises NotFound: if the actor may not read the team or operator.
    :raises Forbidden: if they may not make one there.
    """
    if team_id is not None:
        return _team_of_new_group(actor, team_id)
    scope = require(actor, Permission.OPERATOR_PRICE_GROUP_MANAGE)
    operator = Operator.objects.within(scope).filter(pk=operator_id or actor.operator_id or 0, deleted_at=None).first()
    if operator is None:
        raise NotFound(_("There is nothing here with that id."))
    return operator, None


def _team_of_new_group(actor: Actor, team_id: int) -> tuple[Operator, Team]:
    readable = Team.objects.within(actor.reach_of(Permission.PRICE_GROUP_READ))
    team = readable.filter(pk=team_id, deleted_at=None).select_related("operator").first()
    if team is None:
        raise NotFound(_("There is no such team."))
    if not Team.objects.within(actor.reach_of(Permission.PRICE_GROUP_CREATE)).filter(pk=team_id).exists():
        raise Forbidden(lacks_here(Permission.PRICE_GROUP_CREATE))
    return team.operator, team
