"""Accepting an invitation to an operator account or a team, by its link: signed in, or as somebody new."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, OperatorRole
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.operations import acting
from forecourt.operators import operations as operators
from forecourt.operators.models import OperatorMember
from forecourt.operators.queries import invitation_of
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.teams import operations as teams
from forecourt.teams import queries
from forecourt.teams.models import TeamMember
from forecourt.teams.rules import ROLE_LABELS


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an open link invites to."""

    heading: str
    name: str  # of the account or team
    role: str | Promise
    email: str
    country_id: int | None
    accept: Callable[..., object]  # (actor, person, at)


class NewcomerForm(forms.Form):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Surname"), max_length=80)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters."),
    )


@page("GET", "POST", public=True)
def invitation(request: PageRequest, token: str) -> HttpResponseBase:
    """
    Who is signed in accepts with one click. An address that has an account is asked to sign in first. Somebody new
    chooses a name and a password; following the link has shown that the address is theirs.
    """
    found = _found(token, at=clock.now())
    if request.person is None and Person.objects.filter(email__iexact=found.email, deleted_at=None).exists():
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    form = NewcomerForm(request.POST if request.method == "POST" else None) if request.person is None else None
    if request.method == "POST":
        answer = _accept(request, found, form)
        if answer:
            return answer
    context = {"title": _("Your invitation"), "heading": found.heading, "role": found.role, "form": form, "email": found.email}
    return respond(request, "teams/invitation.html", None, context)


def _found(token: str, *, at: datetime) -> Invitation:
    """
    :raises NotFound: if the link is of no open invitation. It says nothing of why.
    """
    member = invitation_of(token) or queries.invitation_of(token)
    if member is None or (member.expires_at and member.expires_at <= at):
        raise NotFound(_("This invitation is no longer open. Ask for a new one."))
    return _to_operator(member) if isinstance(member, OperatorMember) else _to_team(member)


def _to_operator(member: OperatorMember) -> Invitation:
    operator = member.operator

    def accept(**who: Any) -> object:
        return operators.accept_invitation(member=member, **who)

    heading = _("Work in %(name)s") % {"name": operator.name}
    return Invitation(heading, operator.name, OperatorRole(member.role).label, member.invited_email or "", operator.country_id, accept)


def _to_team(member: TeamMember) -> Invitation:
    team = member.team

    def accept(**who: Any) -> object:
        return teams.accept_invitation(member=member, **who)

    heading = _("Join the team %(name)s") % {"name": team.name}
    return Invitation(heading, team.name, ROLE_LABELS[member.role], member.invited_email or "", team.country_id, accept)


def _accept(request: PageRequest, found: Invitation, form: NewcomerForm | None) -> HttpResponseBase | None:
    at = clock.now()
    if form is None:
        found.accept(actor=request.actor, person=request.person, at=at)
        return done(request, "/", message=_("Welcome to %(name)s.") % {"name": found.name})
    if not form.is_valid():
        return None
    try:
        with acting(Actor.system("invitation")):
            person = teams.welcome_person(
                actor=Actor.system("invitation"), email=found.email, country_id=found.country_id, at=at, **form.cleaned_data
            )
            identity.verify_email(actor=queries.actor_of(person), person=person, at=at)
            found.accept(actor=queries.actor_of(person), person=person, at=at)
    except Invalid as error:
        explain(form, error)
        return None
    return done(request, "account_login", message=_("Your account is ready. Sign in."))
