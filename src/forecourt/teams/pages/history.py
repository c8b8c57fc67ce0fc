"""What was changed about a member of a team: a card of the member's page, for whoever reads the account's audit log."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from forecourt.access import Actor
from forecourt.operators.history import history_of, log_addresses, may_read_history
from forecourt.teams.models import TeamMember

ENTITY = "TeamMember"  # as the audit trail names it


def member_history(request: HttpRequest, member: TeamMember) -> str:
    """The last changes of role, rights and state; nothing for who may not read them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    operator = member.team.operator
    if not may_read_history(actor, operator):
        return ""
    about, by = log_addresses(actor, entity=ENTITY, id=member.pk, person_id=member.person_id, operator=operator)
    context = {"changes": history_of(actor, entity=ENTITY, id=member.pk), "about_url": about, "by_url": by}
    return render_to_string("operators/_history.html", context, request=request)


CARDS = [("team-member", member_history)]
