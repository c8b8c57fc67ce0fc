"""
How dates, numbers, money and energy are written: in the active language and time zone, the same on every page.

English is written the British way (22 Nov 2026, 21:35); spaces before units do not break. Nothing here reads the clock.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, dates, numbers
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from forecourt.kit.money import Money

NOTHING = "–"
NBSP = "\N{NO-BREAK SPACE}"
LOCALES = {"en": "en_GB", "da": "da_DK"}
WH_STEPS = ((10**9, "GWh"), (10**6, "MWh"))
MINUTE, HOUR, DAY = 60, 3600, 86_400


def locale() -> Locale:
    return _locale((get_language() or "en").split("-")[0])


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, language))


def number(value: int | Decimal | float | None, places: int | None = None) -> str:
    """1,234.5; with `places`, exactly so many digits after the mark."""
    if value is None:
        return NOTHING
    pattern = "#,##0.###" if places is None else "#,##0" + ("." + "0" * places if places else "")
    return _minus(numbers.format_decimal(value, format=pattern, locale=locale()))


def energy(wh: int | None, variant: str = "") -> str:
    """Watt-hours as 12.34 kWh: one unit down a column. `short` takes MWh or GWh from 1,000 kWh on, for figures."""
    if wh is None:
        return NOTHING
    if variant == "short":
        for step, unit in WH_STEPS:
            if abs(wh) >= step:
                return f"{number(Decimal(wh) / step, 2)}{NBSP}{unit}"
    return f"{number(Decimal(wh) / 1000, 2)}{NBSP}kWh"


def power(w: int | Decimal | None) -> str:
    """Watts as 7.4 kW or 150 kW."""
    if w is None:
        return NOTHING
    return f"{_minus(numbers.format_decimal(Decimal(w) / 1000, format='#,##0.##', locale=locale()))}{NBSP}kW"


def money(minor: int | Money | None, currency: str = "") -> str:
    """Minor units (or `Money`) as DKK 12.34, with the digits of the currency (ISO 4217)."""
    if minor is None:
        return NOTHING
    amount = minor if isinstance(minor, Money) else Money(minor, currency)
    pattern = f"¤¤{NBSP}#,##0.00" if locale().language == "en" else None
    return _minus(numbers.format_currency(amount.major, amount.currency, format=pattern, locale=locale()))


def duration(seconds: int | float | None) -> str:
    """45 s · 12 min · 1 h 05 min · 2 d 3 h. Cut, not rounded: a charge of 59 s is not a minute."""
    if seconds is None:
        return NOTHING
    whole = int(seconds)
    if whole < MINUTE:
        return _("%(s)d s") % {"s": whole}
    if whole < HOUR:
        return _("%(min)d min") % {"min": whole // MINUTE}
    if whole < DAY:
        return _("%(h)d h %(min)02d min") % {"h": whole // HOUR, "min": whole % HOUR // MINUTE}
    return ngettext("%(d)d day %(h)d h", "%(d)d days %(h)d h", whole // DAY) % {"d": whole // DAY, "h": whole % DAY // HOUR}


def moment(at: datetime, variant: str = "") -> str:
    """22 Nov 2026, 21:35; variants: `date`, `time`, `seconds`, `full` (with the zone, for titles)."""
    local = timezone.localtime(at)
    day = _day(local.date(), locale())
    match variant:
        case "date":
            return day
        case "time":
            return f"{local:%H:%M}"
        case "seconds":
            return f"{day}, {local:%H:%M:%S}"
        case "full":
            return f"{_day(local.date(), locale(), 'full')}, {local:%H:%M:%S} {local.tzname()}"
    return f"{day}, {local:%H:%M}"


def shown(value: object) -> object:
    """A value of a fact as text: dates our way, nothing as a dash, yes and no in words; anything else as it is."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case Money():
            return money(value)
        case int() | Decimal():
            return number(value)
    return value


def day(on: date | None) -> str:
    """22 Nov 2026."""
    return _day(on, locale()) if on else NOTHING


@lru_cache(maxsize=4096)
def _day(on: date, where: Locale, variant: str = "") -> str:
    """A list of fifty moments is of a few days, and writing one is dear."""
    return dates.format_date(on, "full", locale=where) if variant == "full" else dates.format_skeleton("yMMMd", on, locale=where)


def _minus(text: str) -> str:
    """The true minus sign, as wide as a digit's plus."""
    return text.replace("-", "\N{MINUS SIGN}", 1) if text.startswith("-") else text
