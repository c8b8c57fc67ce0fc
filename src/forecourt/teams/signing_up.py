"""
Signing up: a person and their personal team, once a code has shown that the address is theirs.

Until then nothing is stored but the code. Whether the address has an account already cannot be seen: the pages are the
same, and its owner is told by mail.
"""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor
from forecourt.identity import operations as identity
from forecourt.identity import throttles
from forecourt.identity.models import OneTimeCode, Person
from forecourt.identity.pages.contact import CodeForm
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.kit.operations import acting
from forecourt.operators.queries import installation
from forecourt.places.models import Country
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.teams import operations as teams
from forecourt.teams import queries
from forecourt.teams.terms import TermsForm

KIND = OneTimeCode.Kind.SIGN_UP
PENDING = "sign_up"  # session key: the code's id, the address as typed, where to go
SYSTEM = Actor.system("sign-up")


class SignUpForm(TermsForm):
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80, widget=forms.TextInput({"autocomplete": "given-name"}))
    last_name = forms.CharField(label=gettext_lazy("Surname"), max_length=80, widget=forms.TextInput({"autocomplete": "family-name"}))
    address = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput({"autocomplete": "email"}))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters."),
    )
    country_id = forms.TypedChoiceField(label=gettext_lazy("Country"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = Country.objects.filter(is_sanctioned=False).order_by("name")
        self.fields["country_id"].choices = [("", "–"), *countries.values_list("id", "name")]  # type: ignore[attr-defined]
        home = installation()
        self.add_terms(home.pk if home else None)


@page("GET", "POST", public=True)
def sign_up(request: PageRequest) -> HttpResponseBase:
    """Names, address, password; then a code goes to the address."""
    if request.person is not None:
        return done(request, "/")
    if not settings.SIGN_UP_IS_OPEN:
        if request.method == "POST":
            raise Forbidden(_("Accounts come from invitations here. Ask the operator for one."))
        return respond(request, "teams/sign_up_closed.html", None, {"title": _("Create an account")})
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _offered(request, form):
        return done(request, "account_signup_code")
    context = {"title": _("Create an account"), "form": form, "next": request.GET.get("next", "")}
    return respond(request, "teams/sign_up.html", None, context, status=422 if form.errors else 200)


def _offered(request: PageRequest, form: SignUpForm) -> bool:
    at, given = clock.now(), form.cleaned_data
    throttles.take(throttles.SIGN_UP, request.META.get("REMOTE_ADDR"), at=at)
    throttles.take(throttles.SEND_CODE, given["address"], at=at)
    try:
        identity.check_password(
            given["password"], Person(email=given["address"], first_name=given["first_name"], last_name=given["last_name"])
        )
        code = identity.offer_code(
            actor=SYSTEM, kind=KIND, address=given["address"], at=at,
            first_name=given["first_name"], last_name=given["last_name"], country_id=given["country_id"],
            password_hash=make_password(given["password"]), language=translation.get_language(), terms_read_at=at.isoformat() if form.has_agreed else None,
        )  # fmt: skip
    except Invalid as error:
        explain(form, error)
        return False
    request.session[PENDING] = {"code": code.pk, "address": given["address"], "next": request.POST.get("next", "")}
    return True


@page("GET", "POST", public=True)
def sign_up_code(request: PageRequest) -> HttpResponseBase:
    """The code makes the person, and signs them in."""
    pending = request.session.get(PENDING)
    if pending is None or request.person is not None:
        return done(request, "account_signup")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        throttles.take(throttles.TRY_CODE, request.META.get("REMOTE_ADDR"), at=at)
        told = identity.redeem_code(kind=KIND, code_id=pending["code"], digits=form.cleaned_data["code"], at=at)
        if told:
            return _welcomed(request, told, pending["next"])
        form.add_error("code", _("This is not the code, or it is too old. Look again, or sign up once more."))
    context = {"title": _("Type in the code"), "form": form, "address": pending["address"]}
    return respond(request, "teams/sign_up_code.html", None, context, status=422 if form.errors else 200)


def _welcomed(request: PageRequest, told: dict[str, Any], goes_to: str) -> HttpResponseBase:
    at = clock.now()
    with acting(SYSTEM):
        agreed = told.pop("terms_read_at")
        person = teams.welcome_person(
            actor=SYSTEM, email=told.pop("address"), at=at, terms_read_at=parse_datetime(agreed) if agreed else None, **told
        )
        identity.verify_email(actor=queries.actor_of(person), person=person, at=at)
    del request.session[PENDING]
    is_ours = url_has_allowed_host_and_scheme(goes_to, {request.get_host()}, require_https=request.is_secure())
    login = Login(user=person, redirect_url=goes_to if is_ours else reverse("my-account"), signup=True)
    answer: HttpResponseBase = perform_login(request, login)
    return answer
