"""Forms of teams and members. They translate; the operations check."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.kit.errors import Invalid
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.portal.pages import explain
from forecourt.teams.categories import CATEGORIES
from forecourt.teams.models import FleetGrant, Team
from forecourt.teams.operations import team_values
from forecourt.teams.rules import TYPE_LABELS

CREATABLE = (Team.Type.PROFESSIONAL, Team.Type.PRIVATE, Team.Type.OPERATOR)
ADDRESS = ("address1", "zip_code", "city")
NUMBERS = ("vat_number", "ean_number")


class TeamForm(forms.Form):
    """What is asked of an existing team (spec P2.1)."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    contact_email = forms.EmailField(label=gettext_lazy("Contact e-mail"))
    finance_email = forms.EmailField(
        label=gettext_lazy("Finance e-mail"), required=False, help_text=gettext_lazy("Invoices go here; else to the contact.")
    )
    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=[("", "–"), *CATEGORIES.items()], required=False)
    company_name = forms.CharField(label=gettext_lazy("Company name"), max_length=200, required=False)
    vat_number = forms.CharField(label=gettext_lazy("VAT number"), max_length=30, required=False)
    company_registration_number = forms.CharField(label=gettext_lazy("Company registration number"), max_length=40, required=False)
    ean_number = forms.CharField(label=gettext_lazy("EAN number"), max_length=20, required=False)
    po_number = forms.CharField(label=gettext_lazy("PO number"), max_length=60, required=False)
    address1 = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    address2 = forms.CharField(label=gettext_lazy("Address, second line"), max_length=200, required=False)
    zip_code = forms.CharField(label=gettext_lazy("Post code"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        """An operator's own team needs no address (spec P2.1). A wrong number is said at once, also where another field is empty."""
        values = super().clean() or {}
        if self.team_type(values) != Team.Type.OPERATOR:
            for name in ADDRESS:
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill in this field."))
        try:
            team_values.checked({name: values[name] for name in NUMBERS if name in values}, type=self.team_type(values))
        except Invalid as error:
            explain(self, error)
        return values

    def team_type(self, values: dict[str, Any]) -> str:
        return str(values.get("type", ""))


class NewTeamForm(TeamForm):
    operator = forms.ModelChoiceField(label=gettext_lazy("Operator"), queryset=Operator.objects.none(), empty_label=None)
    type = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=[(value, TYPE_LABELS[value]) for value in CREATABLE], widget=forms.RadioSelect,
        initial=Team.Type.PROFESSIONAL, help_text=gettext_lazy("All income of an operator’s own team goes to the operator’s wallet."),
    )  # fmt: skip
    country = forms.ModelChoiceField(
        label=gettext_lazy("Country"), queryset=Country.objects.filter(is_sanctioned=False).order_by("name"), required=False,
        help_text=gettext_lazy("Sets the currency and the time zone. Both stay. Empty: the operator’s."),
    )  # fmt: skip
    owner_email = forms.EmailField(
        label=gettext_lazy("Owner’s e-mail"), required=False,
        help_text=gettext_lazy("Who has an account becomes the owner at once. Anybody else gets an invitation."),
    )  # fmt: skip

    def __init__(self, *args: Any, operators: list[Operator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["operator"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Operator.objects.filter(pk__in=[operator.pk for operator in operators]).order_by("-is_main", "name")
        if len(operators) == 1:
            field.widget, field.initial = forms.HiddenInput(), operators[0].pk
        if FleetGrant.objects.filter(operator__in=operators).exists():
            kinds = self.fields["type"]
            assert isinstance(kinds, forms.ChoiceField)
            kinds.choices = [(value, TYPE_LABELS[value]) for value in (*CREATABLE, Team.Type.FLEET)]


class EditTeamForm(TeamForm):
    accepts_joins_at_once = forms.BooleanField(
        label=gettext_lazy("Accept join requests by themselves"), required=False,
        help_text=gettext_lazy("Whoever knows the join code becomes a member without being asked for."),
    )  # fmt: skip
    external_charging = forms.ChoiceField(
        label=gettext_lazy("Members may charge with the team’s wallet at"), widget=forms.RadioSelect,
        choices=[("all", gettext_lazy("All networks")), ("approved", gettext_lazy("Approved networks")), ("own", gettext_lazy("Own charge points only"))],
    )  # fmt: skip

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        if team.category and team.category not in CATEGORIES:  # from before there was a catalogue
            self.fields["category"].choices.append((team.category, team.category))  # type: ignore[attr-defined]

    def team_type(self, values: dict[str, Any]) -> str:
        """A personal team has no address either: it is its person's."""
        return Team.Type.OPERATOR if self.team.type == Team.Type.PERSONAL else self.team.type


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
