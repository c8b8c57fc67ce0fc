"""Forms of members, member groups, fees and restrictions. They translate; the operations check."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, TeamRole
from forecourt.api.extras import extras_of
from forecourt.kit.registries import page_fields
from forecourt.operators.models import Operator
from forecourt.portal.forms import MeasuredForm
from forecourt.teams.models import MemberGroup, Team
from forecourt.teams.queries.restrictions import COLUMNS, country_choices, operator_choices
from forecourt.teams.rules import PAYMENT_TYPE_LABELS, ROLE_LABELS, Lower, Toggle

LOWER = [
    (Lower.KEEP.value, gettext_lazy("Keep what was set there")),
    (Lower.APPLY.value, gettext_lazy("Everybody and everything below follows")),
]


class _Extras(forms.Form):
    """Fields of domains above (`registries.page_fields`): prices, charge points."""

    resource = ""

    def add_extras(self, actor: Actor, operator: Operator, team: Team | None, id: int | None) -> None:
        stored = extras_of(self.resource, [id])[id] if id else {}
        for field in (field for field in page_fields if field.resource == self.resource):
            choices = field.choices(actor, operator=operator, team=team)
            if field.is_many:
                self.fields[field.name] = forms.TypedMultipleChoiceField(
                    label=field.label, choices=choices, coerce=int, required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
                    help_text=_("Choose none for all of them."),
                )  # fmt: skip
            else:
                self.fields[field.name] = forms.TypedChoiceField(
                    label=field.label, choices=[("", _("None of its own")), *choices], coerce=int, empty_value=None, required=False
                )
            self.initial.setdefault(field.name, stored.get(field.name))
        self.extra_names = [field.name for field in page_fields if field.resource == self.resource]

    def extras(self) -> dict[str, Any]:
        """What was changed, for `api.extras.write_extras`."""
        return {name: self.cleaned_data[name] or None for name in self.extra_names if name in self.changed_data}

    def extra_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.extra_names]


class _Rights(_Extras):
    """Role and toggles. A toggle that the role cannot change is greyed with its reason and posts nothing (spec P2.1)."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        widget=forms.RadioSelect,
        choices=[(role, ROLE_LABELS[role]) for role in (TeamRole.ADMIN, TeamRole.MEMBER)],
    )
    charge_payment_type = forms.ChoiceField(
        label=gettext_lazy("Pays with the team’s wallet at"), choices=list(PAYMENT_TYPE_LABELS.items()), required=False
    )

    def __init__(self, *args: Any, toggles: list[Toggle], is_owner: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_owner:
            del self.fields["role"]
        for toggle in toggles:
            self.fields[toggle.name] = forms.BooleanField(
                label=str(toggle.label), required=False, disabled=bool(toggle.reason), help_text=str(toggle.reason)
            )
            if toggle.fixed is not None:
                self.initial[toggle.name] = toggle.fixed  # what a greyed box shows, whatever is stored
        self.toggle_names = [toggle.name for toggle in toggles]

    def toggle_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.toggle_names]

    def rights(self) -> dict[str, Any]:
        chosen = {name: self.cleaned_data[name] for name in self.toggle_names}
        return chosen | {"charge_payment_type": self.cleaned_data["charge_payment_type"] or "all"}


class MemberForm(_Rights):
    resource = "team-member"
    note = forms.CharField(label=gettext_lazy("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def values(self) -> dict[str, Any]:
        return self.rights() | {"note": self.cleaned_data["note"] or None}


class NewMemberForm(MemberForm):
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=30, required=False, help_text=gettext_lazy("With country code, like +45 12 34 56 78.")
    )
    user_id = forms.IntegerField(label=gettext_lazy("User id"), min_value=1, required=False)
    group = forms.ModelChoiceField(
        label=gettext_lazy("Member group"), queryset=MemberGroup.objects.none(), required=False, empty_label=gettext_lazy("No group"),
        help_text=gettext_lazy("With a group, its role, rights and prices hold instead of those below."),
    )  # fmt: skip
    field_order = ("email", "phone", "user_id", "group", "role")

    def __init__(self, *args: Any, groups: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and sum(bool(values.get(name)) for name in ("email", "phone", "user_id")) != 1:
            self.add_error("email", _("Give exactly one of e-mail, phone and user id."))
        return values


class GroupForm(_Rights):
    resource = "team-member-profile"
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Given to who joins by the team’s code"),
        required=False,
        help_text=gettext_lazy("One group at most; another one stops being it."),
    )
    lower = forms.ChoiceField(
        label=gettext_lazy("Members of this group"), widget=forms.RadioSelect, initial=Lower.KEEP.value,
        choices=[(Lower.KEEP.value, gettext_lazy("Keep what was changed for single members")), (Lower.APPLY.value, gettext_lazy("Apply to all members"))],
    )  # fmt: skip
    field_order = ("name", "description", "role")

    def __init__(self, *args: Any, is_of_team: bool, has_members: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, is_shown in (("is_default", is_of_team), ("lower", has_members)):
            if not is_shown:
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        plain = {name: self.cleaned_data[name] for name in ("name", "description", "role", "is_default") if name in self.cleaned_data}
        return plain | self.rights()


class MoveForm(forms.Form):
    """Which group the members of a deleted one get."""

    move_to = forms.ModelChoiceField(
        label=gettext_lazy("Its members get"), queryset=MemberGroup.objects.none(), empty_label=gettext_lazy("Choose a group")
    )

    def __init__(self, *args: Any, groups: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["move_to"].queryset = groups  # type: ignore[attr-defined]


class FeeForm(MeasuredForm):
    amount = forms.DecimalField(label=gettext_lazy("Amount a month, VAT included"), min_value=0, max_digits=9, decimal_places=2)
    note = forms.CharField(
        label=gettext_lazy("What was agreed"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("The agreement itself is made outside this system."),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {"amount": currency}


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Join code"), max_length=20, help_text=gettext_lazy("Eight letters and digits; the team’s people have it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class RestrictionFields(forms.Form):
    """Countries and operators. “As above” says nothing at this level; “only these” with none chosen is nowhere."""

    def add_restrictions(self, row: Any, operator: Operator, says: dict[str, str]) -> None:
        """The fields, as the level's row has them; `says` is what “as above” means here."""
        choices = country_choices(), operator_choices(operator, chosen=row.pays_at_operator_ids)
        labels = (_("Countries"), _("Only in these countries")), (_("Operators of charge points"), _("Only at these operators"))
        for name, options, (mode, some) in zip(COLUMNS, choices, labels, strict=True):
            stored = getattr(row, name)
            self.fields[f"{name}_mode"] = forms.ChoiceField(
                label=mode, widget=forms.RadioSelect, choices=[("above", says[name]), ("only", _("Only those chosen below"))],
                initial="above" if stored is None else "only",
            )  # fmt: skip
            self.fields[name] = forms.TypedMultipleChoiceField(
                label=some, choices=options, coerce=int, required=False, initial=stored, widget=forms.SelectMultiple(attrs={"size": 8}),
                help_text=_("None chosen: nowhere."),
            )  # fmt: skip

    def ids(self, name: str) -> list[int] | None:
        return self.cleaned_data[name] if self.cleaned_data[f"{name}_mode"] == "only" else None


class RestrictionsForm(RestrictionFields):
    """One level's page: what it says, and whether the levels below follow."""

    def __init__(self, *args: Any, row: Any, operator: Operator, says: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_restrictions(row, operator, says)
        self.fields["lower"] = forms.ChoiceField(label=_("Levels below"), widget=forms.RadioSelect, choices=LOWER, initial=Lower.KEEP.value)
