"""Where a team's wallet may pay, set on each level of the cascade (spec P2.1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.events import announce
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.teams.events import RestrictionsApplied
from forecourt.teams.models import MemberGroup, OperatorWalletRule, Team, TeamMember, TeamTemplate
from forecourt.teams.rules import Lower

Level = OperatorWalletRule | Team | MemberGroup | TeamMember
INHERIT = {"pays_in_country_ids": None, "pays_at_operator_ids": None}


def wallet_rule_of(operator: Operator) -> OperatorWalletRule:
    """The operator's own level; not stored before it says something."""
    found = OperatorWalletRule.objects.filter(operator=operator).first()
    return found or OperatorWalletRule(operator=operator, organisation_id=operator.organisation_id)


@operation
def set_restrictions(
    *,
    actor: Actor,
    level: Level,
    country_ids: Sequence[int] | None,
    operator_ids: Sequence[int] | None,
    at: datetime,
    lower: Lower = Lower.KEEP,
) -> Level:
    """
    Say where the wallet may pay from this level down: countries, and operators of charge points. None says nothing, so the
    level above holds; an empty list is nowhere. With `Lower.APPLY` everything below gives up what it set itself; charge
    keys do so in a moment, by an event.

    Beside itself: the row of the level is locked; the last one wins.

    :raises Invalid: for a country or an operator that there is not.
    """
    columns = checked_restrictions(country_ids, operator_ids)
    if isinstance(level, OperatorWalletRule):
        defaults = {"organisation_id": level.operator.organisation_id, **columns}
        level = OperatorWalletRule.objects.update_or_create(operator=level.operator, defaults=defaults)[0]
    else:
        level = locked(level)
        for name, value in columns.items():
            setattr(level, name, value)
        level.save(update_fields=list(columns))
    if lower is Lower.APPLY:
        _apply(level)
    return level


def checked_restrictions(country_ids: Sequence[int] | None, operator_ids: Sequence[int] | None) -> dict[str, list[int] | None]:
    """The columns of a level. :raises Invalid: for a country or an operator that there is not."""
    checks = Checks()
    columns = {"pays_in_country_ids": _ordered(country_ids), "pays_at_operator_ids": _ordered(operator_ids)}
    countries, operators = (set(columns[name] or ()) for name in columns)
    if Country.objects.filter(pk__in=countries).count() != len(countries):
        checks.fail("pays_in_country_ids", _("Choose countries from the list."))
    if Operator.objects.filter(pk__in=operators, deleted_at=None).count() != len(operators):
        checks.fail("pays_at_operator_ids", _("Choose operators from the list."))
    checks.finish()
    return columns


def _ordered(ids: Iterable[int] | None) -> list[int] | None:
    return None if ids is None else sorted(set(ids))


def _apply(level: Level) -> None:
    """One statement for each level below. A group of the operator's is above its teams' members only, so a team leaves it alone."""
    match level:
        case OperatorWalletRule():
            for model in (TeamTemplate, Team, MemberGroup, TeamMember):
                _inherit(model.objects.filter(operator_id=level.operator_id))
            announce(RestrictionsApplied(operator_id=level.operator_id))
        case Team():
            _inherit(MemberGroup.objects.filter(team=level))
            _inherit(TeamMember.objects.filter(team=level))
            announce(RestrictionsApplied(team_id=level.pk))
        case MemberGroup():
            _inherit(TeamMember.objects.filter(group=level))
            announce(RestrictionsApplied(group_id=level.pk))
        case TeamMember():
            announce(RestrictionsApplied(member_id=level.pk))


def _inherit(rows: QuerySet[Any]) -> None:
    rows.exclude(**INHERIT).update(**INHERIT)
