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
from forecourt.teams.models.settings import PUT_ON_TEAMS
from forecourt.teams.operations import templates as operations
from forecourt.teams.pages.member_forms import RestrictionFields
from forecourt.teams.pages.restrictions import says
from forecourt.teams.pages.settings import share_field
from forecourt.teams.queries.restrictions import COLUMNS, country_choices, inherited, levels_above
from forecourt.teams.rules import TEMPLATE_LABELS, Lower

P = Permission
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
PARTS = [("", gettext_lazy("As the team says")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
AS_ABOVE = [("", gettext_lazy("As for all countries"))]
AS_BOOL = {"": None, "yes": True, "no": False}
PLAIN = ("name", "applies_to", "payment_method", "external_charging", "power_bank_operator_percent")
MORE_COUNTRIES = 2  # empty rows beside those that are set


class TemplateForm(RestrictionFields):
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
    power_bank = forms.ChoiceField(label=gettext_lazy("PowerBank: take part in grid services"), choices=PARTS, required=False)

    def __init__(self, *args: Any, operator: Operator, template: TeamTemplate, applies_to: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["power_bank_operator_percent"] = share_field()
        self.add_restrictions(template, operator, says(template, inherited(levels_above(template)), operator))
        self._add_countries(template.country_settings, is_billable=applies_to in operations.BILLABLE)
        if applies_to not in operations.BILLABLE:
            del self.fields["payment_method"]
        groups = PriceGroup.objects.filter(team=None, deleted_at=None, operator__organisation=operator.organisation_id).order_by("name")
        mine = groups.filter(operator=operator) | groups.filter(operator__is_main=True)
        self.fields["price_group"].queryset = mine.filter(type__in=DRIVERS_PAY)  # type: ignore[attr-defined]
        self.fields["cost_group"].queryset = mine.filter(type=PriceGroup.Type.COST)  # type: ignore[attr-defined]
        for name, label in TEMPLATE_LABELS.items():
            self.fields[name] = forms.ChoiceField(label=str(label), choices=TRI_STATE, required=False)

    def values(self) -> dict[str, Any]:
        """Columns of the template."""
        given = {name: self.cleaned_data.get(name) for name in PLAIN} | {name: self.ids(name) for name in COLUMNS}
        rights = {name: AS_BOOL[self.cleaned_data[name]] for name in (*TEMPLATE_LABELS, "power_bank")}
        return given | rights | {"country_settings": {row.pop("country"): row for row in self._country_rows() if row["country"]}}

    def country_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name.startswith("country_")]

    def clean(self) -> dict[str, Any]:
        """Each country once."""
        seen: set[int] = set()
        for number, row in enumerate(self._country_rows()):
            if row["country"] in seen:
                self.add_error(f"country_{number}", _("This country is set above already."))
            seen |= {row["country"]} if row["country"] else set()
            if not row["country"] and any(value not in (None, "") for value in row.values()):
                self.add_error(f"country_{number}", _("Choose the country that this is for."))
        return self.cleaned_data

    def _add_countries(self, stored: dict[str, Any], *, is_billable: bool) -> None:
        """A row of fields for each country that is set, and some empty ones; a row is emptied to take the country away."""
        as_text = {value: key for key, value in AS_BOOL.items()}
        self._rows = len(stored) + MORE_COUNTRIES
        for number, (id, there) in enumerate([*stored.items(), *[("", {})] * MORE_COUNTRIES]):
            name = f"country_{number}"
            self.fields[name] = forms.TypedChoiceField(
                label=_("Teams in this country"), coerce=int, empty_value=None, choices=[("", _("None")), *country_choices()],
                required=False, initial=id,
            )  # fmt: skip
            choices = [
                ("external_charging", _("Charging elsewhere"), AS_ABOVE + EXTERNAL[1:]),
                ("power_bank", _("PowerBank"), AS_ABOVE + PARTS[1:]),
            ]
            if is_billable:
                choices.insert(0, ("payment_method", _("Billing method"), AS_ABOVE + METHODS[1:]))
            for column, label, options in choices:
                initial = as_text[there.get(column)] if column == "power_bank" else there.get(column, "")
                self.fields[f"{name}_{column}"] = forms.ChoiceField(label=label, choices=options, required=False, initial=initial)
            self.fields[f"{name}_power_bank_operator_percent"] = share_field()
            self.fields[f"{name}_power_bank_operator_percent"].initial = there.get("power_bank_operator_percent")

    def _country_rows(self) -> list[dict[str, Any]]:
        """The rows as given: `country` and what differs there."""
        rows = []
        for number in range(self._rows):
            row = {name: self.cleaned_data.get(f"country_{number}_{name}") for name in PUT_ON_TEAMS}
            row["power_bank"] = AS_BOOL[row["power_bank"] or ""]
            rows.append({"country": self.cleaned_data.get(f"country_{number}"), **row})
        return rows


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
    return ", ".join(str(label) for name, label in TEMPLATE_LABELS.items() if getattr(template, name) is False)


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
    form = TemplateForm(
        request.POST if request.method == "POST" else None, operator=operator, template=template or TeamTemplate(operator=operator),
        applies_to=applies_to, initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, operator, template, form)
        except Invalid as error:
            explain(form, error)
        else:
            if "apply" in request.POST:
                return done(request, "team-template-apply", operator.pk, saved.pk)
            return done(request, "team-templates", operator.pk, message=_("Saved."))
    back = reverse("team-templates", args=[operator.pk])
    context = {
        "title": template.name if template else _("New team settings"),
        "crumbs": [(operator.name, back)],
        "form": form,
        "rights": [form[name] for name in TEMPLATE_LABELS],
        "cancel_url": back,
    }
    return respond(request, "pricing/template_form.html", None, context, status=422 if form.errors else 200)


def _initial(template: TeamTemplate) -> dict[str, Any]:
    as_text = {value: key for key, value in AS_BOOL.items()}
    prices = getattr(template, "pricing", None)
    given = {name: getattr(template, name) for name in PLAIN}
    chosen = {name: getattr(prices, f"{name}_id", None) for name in ("price_group", "cost_group")}
    return given | chosen | {name: as_text[getattr(template, name)] for name in (*TEMPLATE_LABELS, "power_bank")}


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
