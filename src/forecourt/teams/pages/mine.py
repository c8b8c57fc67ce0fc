"""A person's own teams, on the page where one chooses where to work: for who is in teams only, it is the team switcher."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from forecourt.access import Actor
from forecourt.teams.models import Team
from forecourt.teams.rules import ROLE_LABELS


def my_teams(request: HttpRequest) -> str:
    """The teams with the person's role in each; nothing for who is in none."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    roles = {m.team_id: ROLE_LABELS[m.role] for m in actor.team_memberships}
    teams = Team.objects.filter(pk__in=roles).select_related("operator").order_by("name") if roles else []
    rows = [(team, roles[team.pk]) for team in teams]
    return render_to_string("teams/_mine.html", {"rows": rows}, request=request) if rows else ""


CARDS = [("switch_account", my_teams)]
