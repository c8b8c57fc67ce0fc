"""What a team's page says of its operator's support (spec §2.4)."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from forecourt.operators.models import Operator
from forecourt.operators.queries import look_of, theme_for
from forecourt.teams.models import Team


def support_card(request: HttpRequest, team: Team) -> str:
    """“Support by NAME”, with the ways to reach it: the team's own, else its theme's, else the operator's. Nothing if it is not first line."""
    operator: Operator = team.operator
    if not operator.is_first_line:
        return ""
    theme = theme_for(operator.pk, theme_id=team.theme_id)
    look = look_of(theme) if theme else None
    context = {
        "operator": operator,
        "email": team.support_email or (look.support_email if look else "") or operator.support_email,
        "phone": team.support_phone or (look.support_phone if look else "") or operator.support_phone,
    }
    return render_to_string("teams/_support.html", context, request=request)


CARDS = [("team", support_card)]
