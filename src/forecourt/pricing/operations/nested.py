"""Prices of nested teams, and the defaults of team templates."""

from datetime import datetime

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import operation
from forecourt.pricing.models import NestedTeamPricing, PriceGroup, TeamTemplatePricing
from forecourt.teams.models import NestedTeam, TeamTemplate

DRIVERS_PAY = (PriceGroup.Type.MEMBER, PriceGroup.Type.PUBLIC)  # prices that a driver can be charged by


@operation
def set_nested_price(*, actor: Actor, relation: NestedTeam, price_group: PriceGroup | None, at: datetime) -> None:
    """
    What members of a nested team pay at the parent's charge points; None: the public price. The last one wins.

    :raises Invalid: for a group of another type, of another team or operator than the parent's, or deleted.
    """
    if price_group is not None and (
        price_group.deleted_at or price_group.type not in DRIVERS_PAY or not price_group.is_for(relation.parent_team)
    ):
        message = _("Choose a member or public price group of the team that owns the charge points.")
        raise Invalid(message, fields={"price_group": message})
    NestedTeamPricing.objects.update_or_create(
        relation=relation,
        defaults={"organisation_id": relation.organisation_id, "operator_id": relation.operator_id, "price_group": price_group},
    )


@operation
def set_template_prices(
    *, actor: Actor, template: TeamTemplate, price_group: PriceGroup | None, cost_group: PriceGroup | None, at: datetime
) -> None:
    """
    The default price and cost group of teams under a template (spec §2.5). None: the operator's default holds.

    :raises Invalid: for a group of a team, of another operator, of a wrong type, or deleted.
    """
    for name, group, types in (("price_group", price_group, DRIVERS_PAY), ("cost_group", cost_group, (PriceGroup.Type.COST,))):
        if group is None:
            continue
        is_shared_down = group.operator.is_main and group.organisation_id == template.organisation_id
        is_operators = group.team_id is None and (group.operator_id == template.operator_id or is_shared_down)
        if group.deleted_at or group.type not in types or not is_operators:
            message = _("Choose a price group of the operator.")
            raise Invalid(message, fields={name: message})
    TeamTemplatePricing.objects.update_or_create(
        template=template,
        defaults={
            "organisation_id": template.organisation_id, "operator_id": template.operator_id,
            "price_group": price_group, "cost_group": cost_group,
        },
    )  # fmt: skip
