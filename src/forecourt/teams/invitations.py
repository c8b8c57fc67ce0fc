"""
Answering an invitation to an operator account or a team, by its link: signed in, or as somebody new.

It is for the contact it was sent to (spec §2.3): whoever is signed in needs that address or number on their account.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, OperatorRole
from forecourt.identity import operations as identity
from forecourt.identity import rules, throttles
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
from forecourt.teams.terms import TermsForm


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an open link invites to. Exactly one of `email`, `phone` and `person_id` says whom."""

    heading: str
    name: str  # of the account or team
    role: str | Promise
    email: str
    phone: str
    person_id: int | None
    operator_id: int
    country_id: int | None
    accept: Callable[..., object]  # (actor, person, at)
    reject: Callable[..., object]  # (actor, person, at)

    def is_for(self, person: Person) -> bool:
        if self.person_id is not None:
            return self.person_id == person.pk
        if self.email:
            return (person.email or "").lower() == self.email.lower()
        return person.phone == self.phone and person.phone_verified_at is not None


class NewcomerForm(TermsForm):
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
    Who is signed in accepts or declines with one click. An address that has an account is asked to sign in first. Somebody
    new chooses a name and a password; following the link has shown that the address is theirs.
    """
    at = clock.now()
    throttles.take(throttles.INVITATION, request.META.get("REMOTE_ADDR"), at=at)
    found = _found(token, at=at)
    if request.method == "POST" and "reject" in request.POST and _may_reject(request, found):
        found.reject(actor=request.actor or Actor.system("invitation"), person=request.person, at=at)
        return done(request, "/" if request.person else "account_login", message=_("You declined the invitation."))
    if request.person is None and found.email and Person.objects.filter(email__iexact=found.email, deleted_at=None).exists():
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    turned = _turned_away(request, found)
    form = NewcomerForm(request.POST or None) if request.person is None and not turned else None
    if form is not None:
        form.add_terms(found.operator_id)
    if request.method == "POST" and not turned:
        answer = _accept(request, found, form)
        if answer:
            return answer
    context = {
        "title": _("Your invitation"), "heading": found.heading, "role": found.role, "form": form, "email": found.email,
        "may_reject": _may_reject(request, found), **turned,
    }  # fmt: skip
    return respond(request, "teams/invitation.html", None, context, status=422 if form is not None and form.errors else 200)


def _may_reject(request: PageRequest, found: Invitation) -> bool:
    """The link itself came to the address; a number's or an account's is answered by its owner."""
    return found.is_for(request.person) if request.person is not None else bool(found.email)


def _turned_away(request: PageRequest, found: Invitation) -> dict[str, str]:
    """What somebody has to do first: `says`, and the `way` with its address. Empty if nothing."""
    here = urlencode({"next": request.path})
    if request.person is None:
        if found.email:
            return {}
        says = _("Sign in to answer it. If you have no account yet, create one there.")
        return {"says": says, "way": _("Sign in"), "way_url": f"{settings.LOGIN_URL}?{here}"}
    if found.is_for(request.person):
        return {}
    if found.phone:
        says = _("This invitation is for the phone number %(number)s. Add it to your account, then open the link again.")
        return {
            "says": says % {"number": rules.masked(found.phone)}, "way": _("Add the phone number"),
            "way_url": reverse("my-contact", args=["phone"]),
        }  # fmt: skip
    says = _("This invitation is for somebody else. Sign in with the account that it was sent to.")
    return {"says": says, "way": _("Sign out"), "way_url": f"{reverse('account_logout')}?{here}"}


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

    def reject(*, actor: Actor, person: Person | None, at: datetime) -> object:
        return operators.reject_invitation(actor=actor, member=member, at=at)

    return Invitation(
        heading=_("Work in %(name)s") % {"name": operator.name},
        name=operator.name,
        role=OperatorRole(member.role).label,
        operator_id=operator.pk,
        country_id=operator.country_id,
        accept=accept,
        reject=reject,
        **_invitee(member),
    )


def _to_team(member: TeamMember) -> Invitation:
    team = member.team

    def accept(**who: Any) -> object:
        return teams.accept_invitation(member=member, **who)

    def reject(**who: Any) -> object:
        return teams.reject_invitation(member=member, **who)

    return Invitation(
        heading=_("Join the team %(name)s") % {"name": team.name},
        name=team.name,
        role=ROLE_LABELS[member.role],
        operator_id=team.operator_id,
        country_id=team.country_id,
        accept=accept,
        reject=reject,
        **_invitee(member),
    )


def _invitee(member: OperatorMember | TeamMember) -> dict[str, Any]:
    return {"email": member.invited_email or "", "phone": member.invited_phone or "", "person_id": member.person_id}


def _accept(request: PageRequest, found: Invitation, form: NewcomerForm | None) -> HttpResponseBase | None:
    at = clock.now()
    if form is None:
        found.accept(actor=request.actor, person=request.person, at=at)
        return done(request, "/", message=_("Welcome to %(name)s.") % {"name": found.name})
    if not form.is_valid():
        return None
    try:
        with acting(Actor.system("invitation")):
            given = {name: form.cleaned_data[name] for name in ("first_name", "last_name", "password")}
            person = teams.welcome_person(
                actor=Actor.system("invitation"), email=found.email, country_id=found.country_id, at=at,
                terms_read_at=at if form.has_agreed else None, **given,
            )  # fmt: skip
            identity.verify_email(actor=queries.actor_of(person), person=person, at=at)
            found.accept(actor=queries.actor_of(person), person=person, at=at)
    except Invalid as error:
        explain(form, error)
        return None
    return done(request, "account_login", message=_("Your account is ready. Sign in."))
