"""Operators for the platform's people."""

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import OperatorRole, Permission, refused_everywhere, require
from forecourt.kit import clock, registries
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.operations import acting
from forecourt.kit.registries import MenuEntry
from forecourt.operators import operations, queries
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond

MENU = [
    MenuEntry("platform", gettext_lazy("Operators"), "operators", "building-store", Permission.PLATFORM_READ, 10),
]
SHOWN_ONCE = "operator_invitation_link"


class OperatorForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Company"), max_length=120)
    country = forms.ModelChoiceField(
        label=gettext_lazy("Country"),
        queryset=Country.objects.filter(is_sanctioned=False).order_by("name"),
        help_text=gettext_lazy("Sets the currency and the time zone. Both stay."),
    )
    vat_number = forms.CharField(label=gettext_lazy("VAT number"), max_length=30, required=False)
    admin_email = forms.EmailField(
        label=gettext_lazy("First Admin's e-mail"), help_text=gettext_lazy("They get a link by e-mail. You also see it on the next page.")
    )


@page("GET")
def operator_list(request: PageRequest) -> HttpResponseBase:
    """Every operator of the installation."""
    require(request.actor, Permission.PLATFORM_READ)
    search = request.GET.get("q", "").strip()
    rows = queries.operator_rows(search=search)
    if request.GET.get("format") == "csv":
        header = [_("Operator"), _("Organisation"), _("Main account"), _("Country"), _("Currency"), _("VAT number")]
        table = ([row.name, row.organisation, row.is_main, row.country, row.currency, row.vat_number] for row in rows)
        return csv_response("operators.csv", header, table)
    paging = paged(request, len(rows))
    context = {
        "title": _("Operators"),
        "rows": rows[paging.offset : paging.offset + paging.size],
        "paging": paging,
        "csv": True,
        "create_refused": refused_everywhere(request.actor, Permission.PLATFORM_MANAGE),
    }
    return respond(request, "operators/operator_list.html", "rows", context)


@page("GET", "POST")
def operator_new(request: PageRequest) -> HttpResponseBase:
    """Open a Main account and invite its first Admin."""
    require(request.actor, Permission.PLATFORM_MANAGE)
    form = OperatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            with acting(request.actor):
                operator = operations.create_operator(
                    actor=request.actor,
                    name=values["name"],
                    country_id=values["country"].pk,
                    vat_number=values["vat_number"],
                    contact_email=values["admin_email"],
                    at=clock.now(),
                )
                _member, link = operations.invite_member(
                    actor=request.actor, operator=operator, email=values["admin_email"], role=OperatorRole.ADMIN, at=clock.now()
                )
        except Invalid as error:
            for field, message in error.fields.items():
                form.add_error(field, message)
        except operations.NameTaken as error:
            form.add_error("name", error.message)
        else:
            request.session[SHOWN_ONCE] = link
            return done(request, "operator-detail", operator.pk, message=_("The account is open."))
    context = {"title": _("New operator"), "form": form, "submit": _("Open the account"), "cancel_url": reverse("operators")}
    return respond(request, "operators/operator_form.html", None, context)


@page("GET", "POST")
def operator_detail(request: PageRequest, operator_id: int) -> HttpResponseBase:
    """One operator for the platform's people: what it is, who works there, and inviting another Admin."""
    needs = Permission.PLATFORM_READ if request.method == "GET" else Permission.PLATFORM_MANAGE
    require(request.actor, needs)
    operator = Operator.objects.select_related("organisation", "country", "currency").filter(pk=operator_id).first()
    if operator is None:
        raise NotFound(_("There is nothing here with that id."))
    if request.method == "POST":
        email = request.POST.get("email", "")
        _member, link = operations.invite_member(
            actor=request.actor, operator=operator, email=email, role=OperatorRole.ADMIN, at=clock.now()
        )
        request.session[SHOWN_ONCE] = link
        return done(request, "operator-detail", operator.pk, message=_("The invitation is on its way."))
    context = {
        "title": operator.name,
        "operator": operator,
        "members": [(row, OperatorRole(row.role).label) for row in queries.member_rows(operator, at=clock.now())],
        "link": request.session.pop(SHOWN_ONCE, None),
        "crumbs": [(_("Operators"), reverse("operators"))],
        "facts": [
            (_("Organisation"), operator.organisation.name),
            (_("Account"), _("Main account") if operator.is_main else _("Sub-account")),
            (_("Identifier"), operator.identifier),
            (_("Country"), operator.country.name if operator.country else None),
            (_("Currency"), operator.currency.identifier),
            (_("Time zone"), operator.time_zone),
            (_("VAT number"), operator.vat_number),
            (_("Contact"), operator.contact_email),
        ],
        "may_manage": request.actor.may_platform(Permission.PLATFORM_MANAGE),
        "actions_given": [action for where, draw in registries.row_actions if where == "operator" for action in draw(request, operator)],
    }
    return respond(request, "operators/operator_detail.html", None, context)
