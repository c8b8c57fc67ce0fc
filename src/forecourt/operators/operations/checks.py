"""Checks of company information: the VAT number by its country's own rule, the address, what invoices need (spec §2.1)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

from forecourt.kit.fields import Checks
from forecourt.places.models import Country

_URL = URLValidator(schemes=["https", "http"])
_LIMITS = {"name": 120, "company_name": 200, "address1": 200, "zip_code": 20, "city": 100}
_OPTIONAL = {"address2": 200, "po_number": 60}


def country_of(country_id: int | None) -> Country | None:
    """A country in which accounts may be opened."""
    return Country.objects.select_related("currency").filter(pk=country_id or 0, is_sanctioned=False).first()


class CompanyChecks(Checks):
    """As `Checks`, for what only companies have."""

    def vat_number_of(self, field: str, value: str, country: Country | None, *, is_required: bool = False) -> str:
        """By the rule of the country it names, else of the account's; numbers of EU countries are kept with their country."""
        text = (value or "").replace(" ", "").upper()
        module: Any = get_cc_module(country.alpha2.lower(), "vat") if country else None
        if not text or text[:2].isalpha() or module is None or country is None:
            return self.vat_number(field, text, is_required=is_required)
        try:
            number = str(module.validate(text))
        except NumberError:
            says = _("This is not a valid VAT number of %(country)s.")
            self.fail(field, says % {"country": country.name})
            return text
        return f"{country.alpha2}{number}" if country.is_eu else number

    def web_address(self, field: str, value: str) -> str:
        text = (value or "").strip()
        try:
            if text:
                _URL(text)
        except ValidationError:
            self.fail(field, _("Enter a web address, like https://example.com/help."))
        if len(text) > 200:
            self.fail(field, _("Use at most %(limit)s characters.") % {"limit": 200})
        return text

    def company(self, given: dict[str, str], country: Country | None) -> dict[str, Any]:
        """Cleaned columns of an `Operator`."""
        values: dict[str, Any] = {name: self.text(name, given[name], limit=limit) for name, limit in _LIMITS.items()}
        values |= {name: self.text(name, given[name], limit=limit, is_required=False) for name, limit in _OPTIONAL.items()}
        values["po_number"] = values["po_number"] or None
        values["vat_number"] = self.vat_number_of("vat_number", given["vat_number"], country, is_required=True)
        values["ean_number"] = self.ean("ean_number", given["ean_number"]) or None
        values["time_zone"] = self.time_zone("time_zone", given["time_zone"])
        return values | {name: self.email(name, given[name]) for name in ("contact_email", "finance_email")}
