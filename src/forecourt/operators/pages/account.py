"""Settings of an account: company information and support."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.operators import operations
from forecourt.operators.models import Operator
from forecourt.operators.operations.accounts import objection_to_closing
from forecourt.operators.pages.forms import CompanyForm, SupportForm
from forecourt.operators.pages.frame import fetch_account, frame, refusal
from forecourt.portal.pages import PageRequest, done, explain, page, respond


@page("GET")
def settings(request: PageRequest, account_id: int) -> HttpResponseBase:
    """The company information that invoices are issued from (spec §2.1)."""
    operator = fetch_account(request.actor, account_id, Permission.OPERATOR_READ)
    context = frame(request, operator) | {
        "company": _company(operator),
        "facts": _facts(operator),
        "edit_refused": refusal(request.actor, Permission.OPERATOR_UPDATE, operator),
        "is_incomplete": not all((operator.vat_number, operator.contact_email, operator.finance_email, operator.address1, operator.city)),
    }
    return respond(request, "operators/settings.html", None, context)


def _company(operator: Operator) -> list[tuple[str, Any]]:
    place = " ".join(part for part in (operator.zip_code, operator.city) if part)
    country = operator.country.name if operator.country else ""
    return [
        (_("Company name"), operator.company_name),
        (_("VAT number"), operator.vat_number),
        (_("Contact e-mail"), operator.contact_email),
        (_("Finance e-mail"), operator.finance_email),
        (_("Address"), ", ".join(part for part in (operator.address1, operator.address2, place, country) if part)),
        (_("EAN number"), operator.ean_number),
        (_("PO number"), operator.po_number),
    ]


def _facts(operator: Operator) -> list[tuple[str, Any]]:
    return [
        (_("Id"), str(operator.pk)),
        (_("Identifier"), operator.identifier),
        (_("Account"), _("Main account") if operator.is_main else _("Sub-account")),
        (_("Organisation"), operator.organisation.name),
        (_("Currency"), operator.currency.identifier),
        (_("Time zone"), operator.time_zone),
        (_("Created"), operator.created_at),
    ]


@page("GET", "POST")
def edit(request: PageRequest, account_id: int) -> HttpResponseBase:
    """Change the company information."""
    operator = fetch_account(request.actor, account_id, Permission.OPERATOR_UPDATE)
    data = request.POST if request.method == "POST" else None
    form = CompanyForm(data, operator=operator, country_stays=bool(objection_to_closing(operator)))
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_company(actor=request.actor, operator=operator, at=clock.now(), **form.values())
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "account-settings", operator.pk, message=_("The company information is saved."))
    back = reverse("account-settings", args=[operator.pk])
    context = {"title": _("Company information"), "crumbs": [(operator.name, back)], "form": form, "cancel_url": back}
    return respond(request, "operators/company_form.html", None, context)


@page("GET", "POST")
def support(request: PageRequest, account_id: int) -> HttpResponseBase:
    """Whom the account's teams turn to. Who may not change it reads it."""
    operator = fetch_account(request.actor, account_id, Permission.OPERATOR_READ)
    refused = refusal(request.actor, Permission.OPERATOR_UPDATE, operator)
    form = SupportForm(request.POST if request.method == "POST" else None, initial=SupportForm.start(operator))
    if request.method == "POST":
        if refused:
            raise Forbidden(refused, permission=Permission.OPERATOR_UPDATE.value)
        if form.is_valid() and _save_support(request, operator, form):
            return done(request, "account-support", operator.pk, message=_("The support settings are saved."))
    context = frame(request, operator) | {"form": form, "refused": refused, "facts": _support_facts(operator)}
    return respond(request, "operators/support.html", None, context)


def _save_support(request: PageRequest, operator: Operator, form: SupportForm) -> bool:
    try:
        operations.edit_support(actor=request.actor, operator=operator, at=clock.now(), **form.cleaned_data)
    except Invalid as error:
        explain(form, error)
        return False
    return True


def _support_facts(operator: Operator) -> list[tuple[str, Any]]:
    return [
        (_("Support e-mail"), operator.support_email),
        (_("Support phone"), operator.support_phone),
        (_("Support page"), operator.support_url),
        (_("Opening hours"), operator.support_hours),
        (_("First line"), operator.is_first_line),
    ]
