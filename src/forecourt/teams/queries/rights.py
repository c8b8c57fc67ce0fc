"""What the template of a team takes from everybody in it (spec §2.5). The function of the database is the one place that knows."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField

from forecourt.teams.models import Team


class TakenRights(Func):
    """The names of the rights, over the columns `template`, `operator` and `type` of a team."""

    function = "team_taken_rights"
    arity = 3
    output_field: Any = ArrayField(TextField())


def taken_rights(team: Team) -> frozenset[str]:
    """Toggles that nobody in the team can use, whatever their own say; `may_withdraw` among them."""
    found = Team.objects.filter(pk=team.pk).values_list(TakenRights("template_id", "operator_id", "type"), flat=True).first()
    return frozenset(found or ())
