"""What the template of a team takes from everybody in it (spec §2.5). The function of the database is the one place that knows."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, Q, TextField

from forecourt.teams.models import Team, TeamTemplate


class TakenRights(Func):
    """The names of the rights, over the columns `template`, `operator` and `type` of a team."""

    function = "team_taken_rights"
    arity = 3
    output_field: Any = ArrayField(TextField())


def template_of(team: Team) -> TeamTemplate | None:
    """The template that holds for a team, as `team_taken_rights` picks it."""
    if team.template_id is not None:
        return TeamTemplate.objects.filter(pk=team.template_id, deleted_at=None).first()
    rows = TeamTemplate.objects.filter(Q(applies_to=team.type) | Q(applies_to="all"), operator=team.operator_id, deleted_at=None)
    return min(rows, key=lambda one: one.applies_to == TeamTemplate.AppliesTo.ALL, default=None)


@dataclass(frozen=True, slots=True)
class PowerBank:
    """Whether a team takes part in grid services, and the operator's part of what they earn, in percent (None: not agreed)."""

    takes_part: bool
    operator_percent: Decimal | None


def power_bank_of(team: Team) -> PowerBank:
    """What holds: the template's word for the team's country, else its word for all, else the team's own (spec §2.5)."""
    template = template_of(team)
    said = template.puts_on(team.country_id) if template else {}
    return PowerBank(said.get("power_bank", team.power_bank), said.get("power_bank_operator_percent", team.power_bank_operator_percent))


def taken_rights(team: Team) -> frozenset[str]:
    """Toggles that nobody in the team can use, whatever their own say; `may_withdraw` among them."""
    found = Team.objects.filter(pk=team.pk).values_list(TakenRights("template_id", "operator_id", "type"), flat=True).first()
    return frozenset(found or ())
