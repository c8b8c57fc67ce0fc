"""Forms of an account's pages. Rules are the operations' own."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from forecourt.access import OperatorRole
from forecourt.operators.models import Operator, Theme
from forecourt.operators.operations.accounts import COMPANY
from forecourt.operators.operations.checks import CompanyChecks
from forecourt.operators.operations.themes import COLOURS, PICTURES
from forecourt.places.models import Country

ROLES = [(role.value, role.label) for role in OperatorRole]
_HINTS = {
    OperatorRole.ADMIN: _("Admin: everything, also deleting, money and access"),
    OperatorRole.OPERATIONS_MANAGER: _("Operations manager: sees, creates and changes everything; no deposits, no withdrawals"),
    OperatorRole.BOOKKEEPER: _("Bookkeeper: money and invoices, deposits, withdrawals and refunds"),
    OperatorRole.SUPPORT_AGENT: _("Support agent: sees what is needed to help, changes nothing"),
}
ROLE_CHOICES = [(role.value, _HINTS[role]) for role in OperatorRole]
THEME_START = {"primary": "#0b5c6b", "secondary": "#0f3d48", "accent": "#c5f04a"}


def countries() -> Any:
    return Country.objects.filter(is_sanctioned=False).order_by("name")


def explain_all(form: forms.Form, checks: CompanyChecks) -> None:
    """What is wrong with fields that were filled in stands beside those left empty: the operation is not asked then."""
    for name, says in checks.fields.items():
        if name not in form.errors:
            form.add_error(name, says)


class CompanyForm(forms.Form):
    name = forms.CharField(label=_("Operator name"), help_text=_("What your teams and drivers read."))
    company_name = forms.CharField(label=_("Company name"), help_text=_("Printed on invoices."))
    vat_number = forms.CharField(label=_("VAT number"))
    contact_email = forms.CharField(label=_("Contact e-mail"), widget=forms.EmailInput, help_text=_("Receives news of the product."))
    finance_email = forms.CharField(label=_("Finance e-mail"), widget=forms.EmailInput, help_text=_("Receives the monthly invoice."))
    address1 = forms.CharField(label=_("Street and number"))
    address2 = forms.CharField(label=_("Address, second line"), required=False)
    zip_code = forms.CharField(label=_("Postal code"))
    city = forms.CharField(label=_("City"))
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none())
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("In which the months of invoices are counted."))
    ean_number = forms.CharField(label=_("EAN number"), required=False, help_text=_("For public customers’ electronic invoices."))
    po_number = forms.CharField(label=_("PO number"), required=False, help_text=_("Printed on invoices."))

    def __init__(self, data: Any = None, *, operator: Operator, country_stays: bool) -> None:
        start = {name: getattr(operator, name) for name in COMPANY} | {"country": operator.country_id}
        super().__init__(data, initial=start)
        self.fields["country"].queryset = countries()  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [(zone, zone) for zone in sorted(available_timezones())]  # type: ignore[attr-defined]
        if country_stays:
            self.fields["country"].disabled = True
            self.fields["country"].help_text = _("The country stays: its currency is in use.")

    def clean(self) -> dict[str, Any]:
        given, checks = super().clean() or {}, CompanyChecks()
        checks.company({name: given.get(name, "") for name in COMPANY}, given.get("country"))
        explain_all(self, checks)
        return given

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[name] for name in COMPANY} | {"country_id": given["country"].pk}


class SupportForm(forms.Form):
    email = forms.CharField(label=_("Support e-mail"), required=False, widget=forms.EmailInput)
    phone = forms.CharField(label=_("Support phone"), required=False, help_text=_("With country code, like +45 12 34 56 78."))
    url = forms.CharField(label=_("Support page"), required=False, help_text=_("A web address, like https://example.com/help."))
    hours = forms.CharField(label=_("Opening hours"), required=False, help_text=_("As your teams read them: “Mon–Fri 8–16”."))
    is_first_line = forms.BooleanField(
        label=_("We are the first line: our teams and drivers turn to us"),
        required=False,
        help_text=_("Shown on every team’s page and at the foot of letters."),
    )

    @staticmethod
    def start(operator: Operator) -> dict[str, Any]:
        names = {"email": "support_email", "phone": "support_phone", "url": "support_url", "hours": "support_hours"}
        return {field: getattr(operator, column) for field, column in names.items()} | {"is_first_line": operator.is_first_line}


class InviteForm(forms.Form):
    email = forms.CharField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("The address of their account, if they have one."),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("or phone"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "type": "tel"}),
        help_text=_("With country code, like +45 12 34 56 78. You get a link to hand over."),
    )  # fmt: skip
    role = forms.ChoiceField(label=_("Role"), choices=ROLE_CHOICES, widget=forms.RadioSelect, initial=OperatorRole.SUPPORT_AGENT)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=ROLE_CHOICES, widget=forms.RadioSelect)


class SubAccountForm(forms.Form):
    name = forms.CharField(label=_("Operator name"))
    country = forms.ModelChoiceField(
        label=_("Country"), queryset=Country.objects.none(), help_text=_("Sets the currency and the time zone. Both stay.")
    )
    company_name = forms.CharField(label=_("Company name"), required=False, help_text=_("Empty: as the operator’s name."))
    vat_number = forms.CharField(label=_("VAT number"), required=False)
    contact_email = forms.CharField(label=_("Contact e-mail"), required=False, widget=forms.EmailInput)
    finance_email = forms.CharField(label=_("Finance e-mail"), required=False, widget=forms.EmailInput)
    admin_email = forms.CharField(
        label=_("First Admin's e-mail"),
        widget=forms.EmailInput,
        help_text=_("They get a link by e-mail. You also see it on the next page."),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["country"].queryset = countries()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given, checks = super().clean() or {}, CompanyChecks()
        checks.vat_number_of("vat_number", given.get("vat_number", ""), given.get("country"))
        for name in ("contact_email", "finance_email", "admin_email"):
            checks.email(name, given.get(name), is_required=False)
        explain_all(self, checks)
        return given

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return given | {"country_id": given.pop("country").pk}


class ColourInput(forms.TextInput):
    input_type = "color"


class ThemeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    primary = forms.CharField(label=_("Primary colour"), widget=ColourInput, help_text=_("Links, buttons, the current page."))
    secondary = forms.CharField(label=_("Secondary colour"), widget=ColourInput, help_text=_("The ground of the mark."))
    accent = forms.CharField(label=_("Accent colour"), widget=ColourInput, help_text=_("The bolt in the mark."))
    logo = forms.FileField(label=_("Logo"), required=False, help_text=_("On light ground. PNG, JPEG or WebP, up to 5 MB."))
    logo_dark = forms.FileField(label=_("Logo on dark ground"), required=False)
    icon = forms.FileField(label=_("Icon"), required=False, help_text=_("Square. Shown in the browser’s tab."))
    support_email = forms.CharField(label=_("Support e-mail"), required=False, widget=forms.EmailInput)
    support_phone = forms.CharField(label=_("Support phone"), required=False)
    terms_url = forms.CharField(label=_("Terms and conditions"), required=False, help_text=_("A web address."))
    is_default = forms.BooleanField(
        label=_("Default"), required=False, help_text=_("Used wherever no theme was chosen; a Main account’s in its Sub-accounts too.")
    )

    def __init__(self, data: Any = None, files: Any = None, *, theme: Theme | None = None) -> None:
        names = ("name", *COLOURS, "support_email", "support_phone", "terms_url", "is_default")
        super().__init__(data, files, initial={name: getattr(theme, name) for name in names} if theme else THEME_START)
        for name in PICTURES:
            if theme and getattr(theme, f"{name}_id"):
                label = _("Remove the %(picture)s") % {"picture": str(self.fields[name].label).lower()}
                self.fields[f"remove_{name}"] = forms.BooleanField(label=label, required=False)
        self.order_fields(["name", *COLOURS, *(part for name in PICTURES for part in (name, f"remove_{name}"))])

    def values(self) -> dict[str, Any]:
        """As `operations.create_theme` takes them: a picture is an upload, False to remove it, None to leave it."""
        given = dict(self.cleaned_data)
        for name in PICTURES:
            given[name] = given[name] or (False if given.pop(f"remove_{name}", False) else None)
            given.pop(f"remove_{name}", None)
        return given
