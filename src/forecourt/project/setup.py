"""
Setting up an empty installation: its own legal entity, currency and first platform administrator, by a one-time link.

The link is derived from the secret key, so every start prints the same one; it works until the installation exists.
"""

from datetime import datetime

from django import forms
from django.db import connection
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from forecourt.access import Actor, OperatorRole, PlatformRole
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.kit.errors import DomainError, Invalid, NotFound
from forecourt.kit.operations import operation
from forecourt.kit.secrets import is_same, keyed_hash
from forecourt.operators import operations as operators
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.queries import installation
from forecourt.places.models import Country, Currency
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.teams import operations as teams


class AlreadySetUp(DomainError):
    """The installation exists; its people sign in."""

    code = "already_set_up"


def setup_token() -> str:
    return keyed_hash("the installation", purpose="setup").hex()[:40]


def setup_link(public_url: str) -> str | None:
    """Where the first administrator goes; None when the installation is set up."""
    return None if installation() else f"{public_url.rstrip('/')}/setup/{setup_token()}"


@operation
def set_up(
    *,
    actor: Actor,
    company_name: str,
    country_id: int,
    currency: Currency | None,
    address1: str,
    zip_code: str,
    city: str,
    vat_number: str,
    email: str,
    first_name: str,
    last_name: str,
    password: str,
    at: datetime,
) -> tuple[Operator, Person]:
    """
    Make the installation's own operator and its first administrator, who is also Admin of that operator.

    Two at once: an advisory lock lets one through, the other finds it done.

    :raises AlreadySetUp: if it was done before.
    :raises Invalid: for a value that breaks its rule.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('forecourt-setup'))")
    if installation():
        raise AlreadySetUp(str(_("This installation is set up already. Sign in.")))
    operator = operators.create_operator(
        actor=actor, name=company_name, country_id=country_id, currency=currency, address1=address1, zip_code=zip_code, city=city,
        vat_number=vat_number, contact_email=email, is_installation=True, at=at,
    )  # fmt: skip
    person = teams.welcome_person(
        actor=actor, email=email, first_name=first_name, last_name=last_name, password=password, country_id=country_id,
        time_zone=operator.time_zone, at=at,
    )  # fmt: skip
    identity.verify_email(actor=actor, person=person, at=at)
    identity.set_platform_role(actor=actor, person=person, role=PlatformRole.ADMINISTRATOR, at=at)
    OperatorMember.objects.create(
        organisation_id=operator.organisation_id, operator=operator, person=person, role=OperatorRole.ADMIN,
        state=OperatorMember.State.ACCEPTED, accepted_at=at,
    )  # fmt: skip
    return operator, person


class SetupForm(forms.Form):
    company_name = forms.CharField(
        label=_("Company"), max_length=120, help_text=_("The legal entity that runs this installation. It is printed on invoices.")
    )
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.filter(is_sanctioned=False).order_by("name"))
    currency = forms.ModelChoiceField(
        label=_("Currency"), queryset=Currency.objects.order_by("identifier"), required=False, empty_label=_("The country’s"),
        help_text=_("Of its wallet and its fees. It stays once it is in use."),
    )  # fmt: skip
    address1 = forms.CharField(label=_("Street and number"), max_length=200)
    zip_code = forms.CharField(label=_("Postcode"), max_length=20)
    city = forms.CharField(label=_("City"), max_length=120)
    vat_number = forms.CharField(label=_("VAT number"), max_length=30, required=False)
    first_name = forms.CharField(label=_("Your first name"), max_length=80)
    last_name = forms.CharField(label=_("Your surname"), max_length=80)
    email = forms.EmailField(label=_("Your e-mail"))
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), help_text=_("At least 10 characters.")
    )


@page("GET", "POST", public=True)
def setup(request: PageRequest, token: str) -> HttpResponseBase:
    """The one-time page. A wrong or used link is a 404."""
    if not is_same(token.encode(), setup_token().encode()) or installation():
        raise NotFound(str(_("This link has been used, or it was never right.")))
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"country_id": form.cleaned_data["country"].pk}
        del values["country"]
        try:
            set_up(actor=Actor.system("setup"), at=clock.now(), **values)
        except Invalid as error:
            for field, message in error.fields.items():
                form.add_error("company_name" if field == "name" else field, message)
        else:
            return done(request, "account_login", message=str(_("Forecourt is set up. Sign in.")))
    return respond(request, "project/setup.html", None, {"form": form})
