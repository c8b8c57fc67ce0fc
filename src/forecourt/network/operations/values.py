"""Values that people, files and partners give for sites and charge points: checked once, whatever the door."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from forecourt.kit.fields import Checks
from forecourt.network.models.sites import Visibility
from forecourt.places.models import Country, CountryArea

ADDRESS = {"address1": 200, "address2": 200, "address3": 200, "zip_code": 20, "city": 100, "province": 100}
CLASSIFICATIONS = ("highway", "depot", "parking", "residential", "leisure")  # spec P2.3
_DEGREES = {"latitude": 90, "longitude": 180}
_AS_GIVEN = ("metadata", "partner_custom_payload")
_NOTE_LIMIT = 10_000


def checked_place(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The columns that sites and charge points share; only those that were given."""
    columns: dict[str, Any] = {}
    for name, limit in ADDRESS.items():
        if name in values:
            columns[name] = checks.text(name, values[name], limit=limit, is_required=False)
    for name, most in _DEGREES.items():
        if name in values:
            columns[name] = _degrees(name, values[name], most, checks)
    if "latitude" in columns and "longitude" in columns and (columns["latitude"] is None) != (columns["longitude"] is None):
        checks.fail("latitude", _("Give both latitude and longitude, or neither."))
    if "country_id" in values:
        columns["country_id"] = _existing(Country, "country_id", values["country_id"], checks)
    if "country_area_id" in values:
        columns["country_area_id"] = _existing(CountryArea, "country_area_id", values["country_area_id"], checks)
    return columns | _checked_common(values, checks)


def _checked_common(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    columns: dict[str, Any] = {name: values[name] for name in _AS_GIVEN if name in values}
    if "name" in values:
        columns["name"] = checks.text("name", values["name"], limit=120)
    if "visibility" in values:
        columns["visibility"] = one_of("visibility", values["visibility"], Visibility.values, checks)
    if "time_zone" in values:
        columns["time_zone"] = checks.time_zone("time_zone", values["time_zone"])
    if "partner_external_id" in values:
        columns["partner_external_id"] = (
            checks.text("partner_external_id", values["partner_external_id"], limit=255, is_required=False) or None
        )
    for name in ("note", "operator_note"):
        if name in values:
            columns[name] = checked_note(name, values[name], checks)
    return columns


def checked_note(name: str, value: str | None, checks: Checks) -> str | None:
    """Free text keeps its lines."""
    text = (value or "").strip()
    if len(text) > _NOTE_LIMIT or "\x00" in text:
        checks.fail(name, _("Use at most %(limit)s ordinary characters.") % {"limit": _NOTE_LIMIT})
    return text or None


def one_of(name: str, value: Any, allowed: Any, checks: Checks) -> Any:
    if value not in allowed:
        checks.fail(name, _("Choose one of the list."))
    return value


def _degrees(name: str, value: Any, most: int, checks: Checks) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        degrees = Decimal(str(value)).quantize(Decimal("0.000001"))
        if abs(degrees) <= most:
            return degrees
    except InvalidOperation:  # no number, or not a number: NaN compares with nothing
        pass
    checks.fail(name, _("Enter degrees between −%(most)s and %(most)s, like 55.676100.") % {"most": most})
    return None


def _existing(model: Any, name: str, id: Any, checks: Checks) -> Any:
    if id is not None and not model.objects.filter(pk=id).exists():
        checks.fail(name, _("Choose one of the list."))
    return id
