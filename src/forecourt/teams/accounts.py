"""What teams say of their operator's account: how many there are, and why it, or one of its themes, is still needed."""

from collections.abc import Callable

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.operators.models import Operator, Theme
from forecourt.teams.models import Team


def team_counts(operator_ids: list[int]) -> dict[int, int]:
    """Living teams of each account."""
    rows = Team.objects.filter(operator__in=operator_ids, deleted_at=None).order_by()
    return dict(rows.values_list("operator").annotate(Count("id")))


def account_has_teams(operator: Operator) -> str | None:
    if Team.objects.filter(operator=operator, deleted_at=None).exists():
        return _("%(name)s still has teams. Delete or move them first.") % {"name": operator.name}
    return None


def theme_has_teams(theme: Theme) -> str | None:
    team = Team.objects.filter(theme_id=theme.pk, deleted_at=None).first()
    return _("The team %(name)s uses this theme. Choose another one there first.") % {"name": team.name} if team else None


FIGURES = [(gettext_lazy("Teams"), team_counts)]
OBJECTIONS: list[tuple[str, Callable[..., str | None]]] = [("operator", account_has_teams), ("theme", theme_has_teams)]
