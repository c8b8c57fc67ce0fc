"""A price in words, for pages: one short sentence per component, in the reader's language."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from forecourt.kit.money import exponent
from forecourt.portal.formats import NBSP, number
from forecourt.pricing import rules
from forecourt.pricing.models import PriceVersion

BETWEEN = " · "
# The names that `rules` gives to lines without a description of their own; they are stored in English.
LINE_NAMES = (
    gettext_noop("Energy"),
    gettext_noop("Time"),
    gettext_noop("Starting fee"),
    gettext_noop("Charging fee"),
    gettext_noop("Minute fee"),
    gettext_noop("Idle fee"),
    gettext_noop("Discount"),
    gettext_noop("Highest price of a charge"),
)


def line_name(description: str) -> str:
    """What a line of a price is called: our own names in the reader's language, descriptions as they were written."""
    return _(description) if description in LINE_NAMES else description


def summary(version: PriceVersion | None) -> str:
    """“DKK 2.50/kWh · idle DKK 1.00/min after 15 min, at most DKK 100.00”."""
    return BETWEEN.join(describe(version)) if version else _("No price")


def describe(version: PriceVersion) -> tuple[str, ...]:
    """One short text per component, in their order; the VAT last where it comes on top."""
    words = describe_components(rules.parse_components(version.components), version.currency)
    return words if version.is_vat_included else (*words, _("VAT comes on top"))


def describe_components(components: Sequence[rules.Component], currency: str) -> tuple[str, ...]:
    return tuple(_component(component, currency) for component in components)


def unit_price(amount: Decimal, currency: str) -> str:
    """“DKK 2.50”, with more digits only where the price has them: unit prices may be finer than the currency."""
    exact = amount.normalize().as_tuple().exponent
    places = max(exponent(currency), -exact if isinstance(exact, int) else 0)
    return f"{currency}{NBSP}{number(amount, places)}"


def _component(component: rules.Component, currency: str) -> str:
    price = unit_price(component.price, currency)
    match component:
        case rules.MasterPrice() if not component.price:
            return _("Free")
        case rules.EnergyPrice():
            return _("%(price)s/kWh") % {"price": price}
        case rules.TimePrice():
            return _("%(price)s/min") % {"price": price}
        case rules.StartingFee():
            return _("%(price)s to start") % {"price": price}
        case rules.ChargingFee():
            return _("%(price)s once%(after)s") % {"price": price, "after": _after(component.after_minutes)}
        case rules.MinuteFee():
            until = _("until fully charged") if component.ends_at_fully_charged else _("until unplugged")
            return _("%(price)s/min%(after)s %(until)s") % {"price": price, "after": _after(component.after_minutes), "until": until}
        case rules.IdleFee():
            return _idle(component, price, currency)
        case rules.Cap():
            return _("at most %(price)s in all") % {"price": price}
    raise TypeError(f"no words for {component.type}")


def _idle(fee: rules.IdleFee, price: str, currency: str) -> str:
    text = _("idle %(price)s/min%(after)s") % {"price": price, "after": _after(fee.after_minutes)}
    if fee.maximum is None:
        return text
    return _("%(fee)s, at most %(maximum)s") % {"fee": text, "maximum": unit_price(fee.maximum, currency)}


def _after(minutes: int) -> str:
    return " " + ngettext("after %(count)d min", "after %(count)d min", minutes) % {"count": minutes} if minutes else ""
