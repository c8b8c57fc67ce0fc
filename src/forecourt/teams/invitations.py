"""Accepting an invitation to an operator account, by its link: signed in, or as somebody new."""

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
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
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.teams import operations as teams
from forecourt.teams.queries import actor_of


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
    member = invitation_of(token)
    if member is None or (member.expires_at and member.expires_at <= clock.now()):
        raise NotFound(_("This invitation is no longer open. Ask for a new one."))
    if request.person is None and Person.objects.filter(email__iexact=member.invited_email, deleted_at=None).exists():
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    form = NewcomerForm(request.POST or None) if request.person is None else None
    if request.method == "POST":
        answer = _accept(request, member, form)
        if answer:
            return answer
    role = OperatorRole(member.role).label
    context = {"title": _("Your invitation"), "operator": member.operator, "role": role, "form": form, "email": member.invited_email}
    return respond(request, "teams/invitation.html", None, context)


def _accept(request: PageRequest, member: OperatorMember, form: NewcomerForm | None) -> HttpResponseBase | None:
    at = clock.now()
    if form is None:
        operators.accept_invitation(actor=request.actor, member=member, person=request.person, at=at)
        return done(request, "/", message=_("Welcome to %(name)s.") % {"name": member.operator.name})
    if not form.is_valid():
        return None
    try:
        with acting(Actor.system("invitation")):
            person = teams.welcome_person(
                actor=Actor.system("invitation"),
                email=member.invited_email,
                country_id=member.operator.country_id,
                at=at,
                **form.cleaned_data,
            )
            identity.verify_email(actor=actor_of(person), person=person, at=at)
            operators.accept_invitation(actor=actor_of(person), member=member, person=person, at=at)
    except Invalid as error:
        for field, message in error.fields.items():
            form.add_error(field, message)
        return None
    return done(request, "account_login", message=_("Your account is ready. Sign in."))
