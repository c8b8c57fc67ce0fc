"""Team settings of an operator account (spec §2.5): templates that hold for its teams. They stand here because they name prices."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import acting
from forecourt.operators.models import Operator
from forecourt.operators.pages.frame import fetch_account, frame, refusal
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.operations.nested import DRIVERS_PAY, set_template_prices
from forecourt.teams.models import TeamMember, TeamTemplate
from forecourt.teams.operations import templates as operations
from forecourt.teams.queries.restrictions import country_choices, operator_choices
from forecourt.teams.rules import TOGGLE_LABELS, Lower

P = Permission
LABELS = {**TOGGLE_LABELS, "may_withdraw": gettext_lazy("Withdraw money")}
APPLIES = [
    ("", gettext_lazy("Chosen teams only")), ("all", gettext_lazy("All teams")), ("private", gettext_lazy("Private teams")),
    ("professional", gettext_lazy("Professional teams")), ("operator", gettext_lazy("Operator teams")),
]  # fmt: skip
METHODS = [
    ("", gettext_lazy("As it is")), ("source", gettext_lazy("Pay as you go")), ("invoice", gettext_lazy("Invoice")),
    ("operator_transaction", gettext_lazy("Operator transaction")),
]  # fmt: skip
EXTERNAL = [
    ("", gettext_lazy("As it is")), ("all", gettext_lazy("All networks")), ("approved", gettext_lazy("Approved networks")),
    ("own", gettext_lazy("Own charge points only")),
]  # fmt: skip
TRI_STATE = [
    ("", gettext_lazy("As the team says")),
    ("yes", gettext_lazy("Yes, where the member has it")),
    ("no", gettext_lazy("No, nobody")),
]
AS_BOOL = {"": None, "yes": True, "no": False}
PLAIN = ("name", "applies_to", "payment_method", "external_charging")


class TemplateForm(forms.Form):
    """Everything a template says. How teams pay is asked only where it is the default for private or professional teams."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    applies_to = forms.ChoiceField(label=gettext_lazy("Holds by itself for"), choices=APPLIES, required=False)
    payment_method = forms.ChoiceField(label=gettext_lazy("Billing method"), choices=METHODS, required=False)
    external_charging = forms.ChoiceField(label=gettext_lazy("Charging elsewhere"), choices=EXTERNAL, required=False)
    price_group = forms.ModelChoiceField(
        label=gettext_lazy("Default price group"), queryset=PriceGroup.objects.none(), required=False, empty_label=gettext_lazy("None")
    )
    cost_group = forms.ModelChoiceField(
        label=gettext_lazy("Default cost group"), queryset=PriceGroup.objects.none(), required=False, empty_label=gettext_lazy("None")
    )
    pays_in_country_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Wallets pay in these countries only"), coerce=int, required=False, empty_value=None,
        help_text=gettext_lazy("None chosen: what the operator says for all its teams."),
    )  # fmt: skip
    pays_at_operator_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Wallets pay at charge points of these operators only"), coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args: Any, operator: Operator, applies_to: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if applies_to not in operations.BILLABLE:
            del self.fields["payment_method"]
        groups = PriceGroup.objects.filter(team=None, deleted_at=None, operator__organisation=operator.organisation_id).order_by("name")
        mine = groups.filter(operator=operator) | groups.filter(operator__is_main=True)
        self.fields["price_group"].queryset = mine.filter(type__in=DRIVERS_PAY)  # type: ignore[attr-defined]
        self.fields["cost_group"].queryset = mine.filter(type=PriceGroup.Type.COST)  # type: ignore[attr-defined]
        self.fields["pays_in_country_ids"].choices = country_choices()  # type: ignore[attr-defined]
        self.fields["pays_at_operator_ids"].choices = operator_choices(operator)  # type: ignore[attr-defined]
        for name, label in LABELS.items():
            self.fields[name] = forms.ChoiceField(label=str(label), choices=TRI_STATE, required=False)

    def values(self) -> dict[str, Any]:
        """Columns of the template."""
        given = {name: self.cleaned_data.get(name) for name in (*PLAIN, "pays_in_country_ids", "pays_at_operator_ids")}
        return given | {name: AS_BOOL[self.cleaned_data[name]] for name in LABELS}


@page("GET")
def template_list(request: PageRequest, account_id: int) -> HttpResponseBase:
    operator = fetch_account(request.actor, account_id, P.OPERATOR_READ)
    refused = refusal(request.actor, P.OPERATOR_UPDATE, operator)
    rows = TeamTemplate.objects.filter(operator=operator, deleted_at=None).order_by("name")
    context = frame(request, operator) | {
        "rows": [(row, dict(APPLIES)[row.applies_to or ""], _taken(row), _actions(operator, row, refused)) for row in rows],
        "refused": refused,
    }
    return respond(request, "pricing/template_list.html", None, context)


def _taken(template: TeamTemplate) -> str:
    return ", ".join(str(label) for name, label in LABELS.items() if getattr(template, name) is False)


def _actions(operator: Operator, template: TeamTemplate, refused: str) -> list[Action]:
    args = [operator.pk, template.pk]
    return [
        Action(_("Edit"), reverse("team-template-edit", args=args), "pencil", disabled=refused),
        Action(_("Apply to its teams"), reverse("team-template-apply", args=args), "checks", disabled=refused),
        Action(_("Delete"), reverse("team-template-delete", args=args), "trash", asks=True, is_danger=True, disabled=refused),
    ]


@page("GET", "POST")
def template_new(request: PageRequest, account_id: int) -> HttpResponseBase:
    return _edit(request, fetch_account(request.actor, account_id, P.OPERATOR_UPDATE), None)


@page("GET", "POST")
def template_edit(request: PageRequest, account_id: int, template_id: int) -> HttpResponseBase:
    operator = fetch_account(request.actor, account_id, P.OPERATOR_UPDATE)
    return _edit(request, operator, _template(request, operator, template_id))


def _edit(request: PageRequest, operator: Operator, template: TeamTemplate | None) -> HttpResponseBase:
    initial = _initial(template) if template else {}
    asked = request.POST if request.method == "POST" else request.GET
    applies_to = asked.get("applies_to", initial.get("applies_to") or "")
    initial["applies_to"] = applies_to
    form = TemplateForm(request.POST if request.method == "POST" else None, operator=operator, applies_to=applies_to, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, operator, template, form)
        except Invalid as error:
            explain(form, error)
        else:
            if "apply" in request.POST:
                return done(request, "team-template-apply", operator.pk, saved.pk)
            return done(request, "team-templates", operator.pk, message=_("Saved."))
    context = frame(request, operator) | {
        "form": form,
        "rights": [form[name] for name in LABELS],
        "cancel_url": reverse("team-templates", args=[operator.pk]),
    }
    return respond(request, "pricing/template_form.html", None, context, status=422 if form.errors else 200)


def _initial(template: TeamTemplate) -> dict[str, Any]:
    as_text = {value: key for key, value in AS_BOOL.items()}
    prices = getattr(template, "pricing", None)
    given = {name: getattr(template, name) for name in (*PLAIN, "pays_in_country_ids", "pays_at_operator_ids")}
    chosen = {name: getattr(prices, f"{name}_id", None) for name in ("price_group", "cost_group")}
    return given | chosen | {name: as_text[getattr(template, name)] for name in LABELS}


def _save(request: PageRequest, operator: Operator, template: TeamTemplate | None, form: TemplateForm) -> TeamTemplate:
    actor, at = request.actor, clock.now()
    with acting(actor):
        saved = operations.save_template(actor=actor, operator=operator, values=form.values(), template=template, at=at)
        groups = {name: form.cleaned_data[name] for name in ("price_group", "cost_group")}
        set_template_prices(actor=actor, template=saved, at=at, **groups)
    return saved


class ApplyForm(forms.Form):
    lower = forms.ChoiceField(
        label=gettext_lazy("Where members and keys have something of their own"), widget=forms.RadioSelect, initial=Lower.KEEP,
        choices=[(Lower.KEEP, gettext_lazy("Keep current overrides")), (Lower.APPLY, gettext_lazy("Update all members and keys"))],
    )  # fmt: skip


@page("GET", "POST")
def template_apply(request: PageRequest, account_id: int, template_id: int) -> HttpResponseBase:
    """Says how many teams and members it changes, then does it in the background."""
    operator = fetch_account(request.actor, account_id, P.OPERATOR_UPDATE)
    template = _template(request, operator, template_id)
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        lower = Lower(form.cleaned_data["lower"])
        run = operations.start_template(actor=request.actor, template=template, lower=lower, at=clock.now())
        return done(request, "team-run", run.pk, message=_("It has begun. You are told when it is done."))
    teams = operations.teams_under(template)
    members = TeamMember.objects.filter(team__in=teams.values("pk"), deleted_at=None).count()
    says = _(
        "It holds for %(teams)s teams with %(members)s members. What it takes from people they lose at once, whatever you choose here."
    )
    context = {
        "title": _("Apply “%(name)s”?") % {"name": template.name}, "says": says % {"teams": teams.count(), "members": members}, "form": form,
        "action": request.path, "confirm": _("Apply"), "cancel_url": reverse("team-templates", args=[operator.pk]),
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context, status=422 if form.errors else 200)


@page("GET", "POST")
def template_delete(request: PageRequest, account_id: int, template_id: int) -> HttpResponseBase:
    operator = fetch_account(request.actor, account_id, P.OPERATOR_UPDATE)
    template = _template(request, operator, template_id)
    back = reverse("team-templates", args=[operator.pk])
    if request.method == "POST":
        operations.delete_template(actor=request.actor, template=template, at=clock.now())
        return done(request, back, message=_("The team settings are deleted."))
    context = {
        "title": _("Delete “%(name)s”?") % {"name": template.name},
        "says": _("What it took from people they have again. What was applied to teams stays."),
        "action": request.path, "confirm": _("Delete"), "is_danger": True, "cancel_url": back,
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context)


def _template(request: PageRequest, operator: Operator, id: int) -> TeamTemplate:
    rows = TeamTemplate.objects.filter(operator=operator, deleted_at=None).select_related("pricing")
    template: TeamTemplate = fetch(rows, actor=request.actor, id=id, needs=P.OPERATOR_UPDATE)
    return template
