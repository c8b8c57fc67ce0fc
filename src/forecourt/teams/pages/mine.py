"""A person's own teams, on the page where one chooses where to work, and the invitations to others."""

from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.operators.pages.switching import invitation_card
from forecourt.portal.pages import PageRequest, done, page
from forecourt.teams import operations
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.queries.members import invitations_for
from forecourt.teams.rules import ROLE_LABELS


def my_teams(request: HttpRequest) -> str:
    """The teams with the person's role in each; nothing for who is in none. For who is in teams only, it is the team switcher."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    roles = {m.team_id: ROLE_LABELS[m.role] for m in actor.team_memberships}
    teams = Team.objects.filter(pk__in=roles).select_related("operator").order_by("name") if roles else []
    rows = [(team, roles[team.pk]) for team in teams]
    return render_to_string("teams/_mine.html", {"rows": rows}, request=request) if rows else ""


def open_invitations(request: HttpRequest) -> str:
    """The invitations to teams, to accept or decline without the link; nothing where there are none."""
    person = getattr(request, "person", None)
    found = invitations_for(person, at=clock.now()) if person else []
    says = _("Join %(team)s as %(role)s")
    shown = [(member, member.team.name, says % {"team": member.team.name, "role": ROLE_LABELS[member.role]}) for member in found]
    return invitation_card(request, _("Invitations to teams"), "team-invitation", shown)


CARDS = [("switch_account", my_teams), ("switch_account", open_invitations), ("my_account", open_invitations)]


@page("POST")
def invitation_accept(request: PageRequest, team_invitation_id: int) -> HttpResponseBase:
    """Join the team that one is invited to, and go there."""
    member = _mine(request, team_invitation_id)
    operations.accept_invitation(actor=request.actor, member=member, person=request.person, at=clock.now())
    return done(request, "team-detail", member.team_id, message=_("Welcome to %(name)s.") % {"name": member.team.name})


@page("POST")
def invitation_reject(request: PageRequest, team_invitation_id: int) -> HttpResponseBase:
    """Say no. The team's people see it."""
    member = _mine(request, team_invitation_id)
    operations.reject_invitation(actor=request.actor, member=member, person=request.person, at=clock.now())
    return done(request, "switch-account", message=_("You have declined the invitation to %(name)s.") % {"name": member.team.name})


def _mine(request: PageRequest, id: int) -> TeamMember:
    found = next((member for member in invitations_for(request.person, at=clock.now()) if member.pk == id), None)
    if found is None:
        raise NotFound(_("This invitation is no longer open. Ask for a new one."))
    return found
