"""What a team's fields may hold."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from forecourt.kit.fields import Checks
from forecourt.operators.models import Operator, Theme
from forecourt.teams.categories import CATEGORIES
from forecourt.teams.models import FeatureGroup, Team, TeamTemplate

LIMITS = {
    "name": 120, "company_name": 200, "company_registration_number": 40, "po_number": 60, "tax_identification_number": 40,
    "recipient_code": 40, "external_id": 255,
    "address1": 200, "address2": 200, "address3": 200, "zip_code": 20, "city": 100, "province": 100,
}  # fmt: skip
NULLABLE = {"company_name", "company_registration_number", "po_number", "tax_identification_number", "recipient_code", "external_id"}
EMAILS = {"contact_email", "finance_email", "legal_email", "support_email"}
UNCHECKED = {"partner_custom_payload", "accepts_joins_at_once", "generates_sites", "power_bank"}
CHOICES = {"payment_method": Team.PaymentMethod.values, "external_charging": Team.ExternalCharging.values}
# Whose money the operator may carry (spec P2.8).
CARRIED = (Team.Type.PRIVATE, Team.Type.PROFESSIONAL)


def checked(fields: dict[str, Any], *, type: str, before: Team | None = None) -> dict[str, Any]:
    """
    Cleaned values of the fields given, as columns of `Team`; `before` is the team that is changed. Unknown names are a bug
    of the caller.

    :raises Invalid: with a message per field.
    """
    checks = Checks()
    values = {name: _value(checks, name, value, before) for name, value in fields.items()}
    if values.get("payment_method") == Team.PaymentMethod.OPERATOR_TRANSACTION and type not in CARRIED:
        checks.fail("payment_method", _("An operator carries the money of private and professional teams only."))
    checks.finish()
    return values


def _value(checks: Checks, name: str, value: Any, before: Team | None) -> Any:
    if name in LIMITS:
        text = checks.text(name, value, limit=LIMITS[name], is_required=name == "name")
        return text or (None if name in NULLABLE else "")
    if name in EMAILS:
        address = checks.email(name, value, is_required=name == "contact_email")
        return address if name == "contact_email" else address or None
    if name in NUMBERS:
        return NUMBERS[name](checks, name, value) or None
    if name in OTHERS:
        return OTHERS[name](checks, name, value, before)
    if name not in UNCHECKED:
        raise TypeError(f"a team has no field {name}")
    return value


def _partners_id(checks: Checks, name: str, value: str | None, _before: Team | None) -> str | None:
    """Kept as it is, spaces too: the partner looks for it as they wrote it."""
    checks.text(name, value, limit=255, is_required=False)
    return value


def _choice(checks: Checks, name: str, value: Any, _before: Team | None) -> Any:
    if value not in CHOICES[name]:
        checks.fail(name, _("Choose from the list."))
    return value


def _percent(checks: Checks, name: str, value: Decimal | None, before: Team | None) -> Decimal | None:
    if value is not None and not 0 <= value <= 100:
        checks.fail(name, _("Enter a percentage from 0 to 100."))
    return value


def _of_operator(checks: Checks, name: str, value: TeamTemplate | FeatureGroup | None, before: Team | None) -> Any:
    if value is not None and (before is None or value.operator_id != before.operator_id or value.deleted_at):
        checks.fail(name, _("Choose from the list."))
    return value


def _category(checks: Checks, _name: str, value: str | None, before: Team | None) -> str | None:
    """Of the catalogue; what a team had before there was one may stay."""
    if value and value not in CATEGORIES and (before is None or value != before.category):
        checks.fail("category", _("Choose from the list."))
    return value or None


def _theme(checks: Checks, _name: str, value: int | None, before: Team | None) -> int | None:
    """The operator's own, or its Main account's."""
    if value is None:
        return None
    theme = Theme.objects.select_related("operator").filter(pk=value, deleted_at=None).first()
    home = Operator.objects.filter(pk=before.operator_id).first() if before else None
    if theme is None or home is None or not (theme.operator_id == home.pk or _is_shared(theme, home)):
        checks.fail("theme_id", _("Choose from the list."))
    return value


def _is_shared(theme: Theme, home: Operator) -> bool:
    return theme.operator.is_main and theme.organisation_id == home.organisation_id


NUMBERS: dict[str, Callable[[Checks, str, Any], str]] = {
    "vat_number": Checks.vat_number,
    "ean_number": Checks.ean,
    "support_phone": lambda checks, name, value: checks.phone(name, value, is_required=False),
}
OTHERS: dict[str, Callable[[Checks, str, Any, Team | None], Any]] = {
    "partner_external_id": _partners_id,
    "payment_method": _choice,
    "external_charging": _choice,
    "power_bank_operator_percent": _percent,
    "category": _category,
    "theme_id": _theme,
    "template": _of_operator,
    "feature_group": _of_operator,
}
