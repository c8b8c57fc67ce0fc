"""Checks of single values that several domains take in: e-mail, phone, VAT number, EAN, currency, time zone."""

import functools
import zoneinfo
from collections.abc import Callable
from typing import Any

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from stdnum import ean as stdnum_ean
from stdnum.eu import vat as stdnum_vat
from stdnum.exceptions import ValidationError as NumberError

from forecourt.kit.errors import Invalid

LONGEST_EMAIL = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets; no column holds more


class Checks:
    """
    Collects the messages of several fields, then raises them all at once.

    `checks.email("email", value)` returns the cleaned value; `checks.finish()` raises `Invalid` if any field failed.
    """

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def fail(self, field: str, message: str) -> None:
        self.fields.setdefault(field, message)

    def finish(self) -> None:
        if self.fields:
            raise Invalid(_("Please check the marked fields."), fields=self.fields)

    def text(self, field: str, value: str | None, *, limit: int, is_required: bool = True) -> str:
        cleaned = " ".join((value or "").split())
        if not cleaned and is_required:
            self.fail(field, _("Fill in this field."))
        if len(cleaned) > limit:
            self.fail(field, _("Use at most %(limit)s characters.") % {"limit": limit})
        if "\x00" in cleaned:
            self.fail(field, _("This contains a character that cannot be stored."))
        return cleaned

    def email(self, field: str, value: str | None, *, is_required: bool = True) -> str:
        return self._checked(field, value, is_required, _email, _("Enter an e-mail address, like name@example.com."))

    def phone(self, field: str, value: str | None, *, is_required: bool = True) -> str:
        """E.164, `^\\+[1-9]\\d{1,14}$` (spec §1)."""
        return self._checked(field, value, is_required, _phone, _("Enter a phone number with country code, like +45 12 34 56 78."))

    def vat_number(self, field: str, value: str | None, *, is_required: bool = False) -> str:
        """EU VAT numbers are checked by their country's own rule; numbers of other countries are kept as they are."""
        return self._checked(
            field, value, is_required, _vat_number, _("This is not a valid VAT number. Begin with the country, like DK12345674.")
        )

    def ean(self, field: str, value: str | None, *, is_required: bool = False) -> str:
        return self._checked(field, value, is_required, _ean, _("An EAN number has 13 digits, the last of which checks the others."))

    def time_zone(self, field: str, value: str) -> str:
        if value not in _time_zones():
            self.fail(field, _("Choose a time zone from the list."))
        return value

    def _checked(self, field: str, value: str | None, is_required: bool, check: Callable[[str], str], message: str) -> str:
        text = (value or "").strip()
        if not text:
            if is_required:
                self.fail(field, _("Fill in this field."))
            return ""
        try:
            return check(text)
        except (ValidationError, NumberError, ValueError, phonenumbers.NumberParseException):
            self.fail(field, message)
            return text


@functools.cache  # every look reads six hundred files' names from the disk: some 10 ms
def _time_zones() -> set[str]:
    return zoneinfo.available_timezones()


def _email(text: str) -> str:
    validate_email(text)
    if len(text) > LONGEST_EMAIL:
        raise ValueError(text)
    return text.lower()


def _phone(text: str) -> str:
    number = phonenumbers.parse(text, None)
    if not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _vat_number(text: str) -> str:
    compact = text.replace(" ", "").upper()
    country: Any = compact[:2]
    if country.lower() in stdnum_vat.MEMBER_STATES or country == "EL":
        return str(stdnum_vat.validate(compact))
    if not 4 <= len(compact) <= 30 or not compact.isascii():
        raise ValueError(text)
    return compact


def _ean(text: str) -> str:
    number = str(stdnum_ean.validate(text.replace(" ", "")))
    if len(number) != 13:
        raise ValueError(text)
    return number
