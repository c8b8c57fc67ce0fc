"""The form of a price: one section per component, and back into components."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.places.models import Country, Currency
from forecourt.portal.forms import MeasuredForm
from forecourt.pricing import rules
from forecourt.pricing.models import PriceGroup
from forecourt.pricing.rules.components import plain

# Component → (its field → the form's field). Of a kind of which there are several, the form shows the first.
SECTIONS: dict[Any, dict[str, str]] = {
    rules.StartingFee: {"price": "starting_price"},
    rules.ChargingFee: {"price": "charging_price", "after_minutes": "charging_after"},
    rules.MinuteFee: {"price": "minute_price", "after_minutes": "minute_after", "ends_at_fully_charged": "minute_ends_early"},
    rules.IdleFee: {"price": "idle_price", "after_minutes": "idle_after", "maximum": "idle_maximum"},
    rules.Cap: {"price": "cap_price"},
}
AMOUNTS = ("price", "starting_price", "charging_price", "minute_price", "idle_price", "idle_maximum", "cap_price")
MASTER: Any = rules.MasterPrice
MASTERS: dict[str, type[rules.MasterPrice]] = {"kwh": rules.EnergyPrice, "min": rules.TimePrice, "free": rules.EnergyPrice}


def _amount(label: Any, *, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=13, decimal_places=6, help_text=help_text)


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=10_080)


class PriceForm(MeasuredForm):
    """A name and a price. `kept` are components of the version at hand that the form has no place for: they stay."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    master = forms.ChoiceField(
        label=gettext_lazy("Charging costs"),
        choices=[("kwh", gettext_lazy("A price per kWh")), ("min", gettext_lazy("A price per minute")), ("free", gettext_lazy("Nothing"))],
        widget=forms.RadioSelect,
        initial="kwh",
    )
    price = _amount(gettext_lazy("Price"), help_text=gettext_lazy("Per kWh or per whole minute, as chosen."))
    is_vat_included = forms.BooleanField(label=gettext_lazy("Prices include VAT"), required=False, initial=True)
    starting_price = _amount(gettext_lazy("Starting fee"), help_text=gettext_lazy("Once per charge."))
    charging_price = _amount(gettext_lazy("Charging fee"), help_text=gettext_lazy("Once, when a charge has lasted so long."))
    charging_after = _minutes(gettext_lazy("After minutes"))
    minute_price = _amount(gettext_lazy("Minute fee"), help_text=gettext_lazy("For each whole minute after the first ones."))
    minute_after = _minutes(gettext_lazy("After minutes"))
    minute_ends_early = forms.BooleanField(label=gettext_lazy("The minute fee ends when the vehicle is fully charged"), required=False)
    idle_price = _amount(gettext_lazy("Idle fee"), help_text=gettext_lazy("For each whole minute that the cable stays after charging."))
    idle_after = _minutes(gettext_lazy("Minutes of grace"))
    idle_maximum = _amount(gettext_lazy("Idle fee at most"))
    cap_price = _amount(gettext_lazy("A charge costs at most"), help_text=gettext_lazy("In all, after discounts."))

    def __init__(self, *args: Any, before: Sequence[rules.Component] = (), currency: str = "", **kwargs: Any) -> None:
        self.before = before
        super().__init__(*args, **kwargs)
        self.units = dict.fromkeys(AMOUNTS, currency)
        chosen = self.data.get("master") if self.is_bound else self.initial.get("master")
        self.fields["price"].required = chosen != "free"
        self.fields["price"].error_messages["required"] = _("Enter a price, or choose “Nothing”.")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for names in SECTIONS.values():
            self._check_section(values, names)
        return values

    def _check_section(self, values: dict[str, Any], names: dict[str, str]) -> None:
        """Minutes or a maximum without a fee are a slip, not a wish."""
        price = names["price"]
        extras = [name for field, name in names.items() if field != "price" and values.get(name)]
        if values.get(price) is None and price not in self.errors and extras:
            self.add_error(price, _("Enter the fee, or leave the whole row empty."))

    def components(self) -> tuple[rules.Component, ...]:
        """What the form says, each in the place of the one before it, with its description and tag; so saving twice is once."""
        made, found = self._made(), []
        for component in self.before:
            family = self._family(component)
            if family is None:
                found.append(component)
            elif family in made:
                found.append(made.pop(family))
        return (*found, *made.values())

    def kept(self) -> list[rules.Component]:
        return [component for component in self.before if self._family(component) is None]

    def _family(self, component: rules.Component) -> Any:
        """The section that shows this very component; None, if none does."""
        return next((kind for kind in (MASTER, *SECTIONS) if first(self.before, kind) is component), None)

    def _made(self) -> dict[Any, rules.Component]:
        values = self.cleaned_data
        amount = Decimal(0) if values["master"] == "free" else values["price"]
        made: dict[Any, rules.Component] = {MASTER: MASTERS[values["master"]](price=amount, **self._words(MASTER))}
        for kind, names in SECTIONS.items():
            given = {field: values[name] for field, name in names.items() if values[name] is not None}
            if "price" in given:
                made[kind] = kind(**given, **self._words(kind))
        return made

    def _words(self, kind: Any) -> dict[str, Any]:
        before = first(self.before, kind)
        return {"description": before.description, "tag_id": before.tag_id} if before else {}

    def show_errors(self, errors: dict[str, str], components: Sequence[rules.Component]) -> None:
        """Put an operation's messages at the form's fields."""
        for name, message in errors.items():
            self.add_error(self._field_of(name, components), message)

    def _field_of(self, name: str, components: Sequence[rules.Component]) -> str | None:
        part, _dot, rest = name.partition(".")
        if name in self.fields or part == "master":
            return name if name in self.fields else "price"
        if part == "cap":
            return "cap_price"
        fees = [one for one in components if isinstance(one, rules.Fee)]
        place, _dot, field = rest.partition(".")
        if part == "fees" and place.isdecimal() and first(components, type(fees[int(place)])) is fees[int(place)]:
            return SECTIONS[type(fees[int(place)])].get(field)
        return None


class NewPriceForm(PriceForm):
    """The same, with what is locked at creation."""

    owner = forms.ChoiceField(label=gettext_lazy("For"))
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[(value, label) for value, label in PriceGroup.Type.choices if value != PriceGroup.Type.OTHER],
        help_text=gettext_lazy("Type, currency and country stay as they are."),
    )
    currency = forms.ModelChoiceField(
        label=gettext_lazy("Currency"), queryset=Currency.objects.order_by("identifier"), to_field_name="identifier"
    )
    country = forms.ModelChoiceField(
        label=gettext_lazy("Country, for VAT"), queryset=Country.objects.filter(is_sanctioned=False).order_by("name")
    )
    field_order = ("name", "owner", "type", "currency", "country")

    def __init__(self, *args: Any, owners: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]
        self.units_from = dict.fromkeys(AMOUNTS, "currency")


def first(components: Sequence[rules.Component], kind: Any) -> rules.Component | None:
    """The first component of a class, which may be an abstract one."""
    return next((component for component in components if isinstance(component, kind)), None)


def initial_of(components: Sequence[rules.Component]) -> dict[str, Any]:
    """The form's values for components that exist."""
    master = first(components, rules.MasterPrice)
    values: dict[str, Any] = {}
    if master:
        values = {"master": master.type if master.price else "free", "price": _plain(master.price) if master.price else None}
    for kind, names in SECTIONS.items():
        if component := first(components, kind):
            values |= {name: _plain(getattr(component, field)) for field, name in names.items()}
    return values


def _plain(value: Any) -> Any:
    """2.50 as people write it, not 2.500000."""
    return plain(value) if isinstance(value, Decimal) else value
