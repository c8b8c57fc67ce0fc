"""
The components of a price (spec P2.6; names of the partner API's `Pricing.type`, §11.24).

A component draws what it charges for from a usage. A new one (spot, time of day, an addition) is a class here and a
name in `_TYPES`: rounding, VAT, discounts and the cap do not know which components exist.
"""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from forecourt.pricing.rules.usage import MINUTE, Drawn, LineKind, Unit, Usage, whole_minutes

WH_PER_KWH = 1000
ONCE = Decimal(1)


class Malformed(ValueError):
    """Stored components that the engine does not know. Doors check input before; so this is a bug, or a newer release's row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(ABC):
    """One thing that is charged for. `price` in major units per unit, including VAT where the version's prices do."""

    type: ClassVar[str]
    price: Decimal
    description: str = ""
    tag_id: int | None = None

    @abstractmethod
    def draw(self, usage: Usage) -> Iterator[Drawn]:
        """What this charges for; nothing, if nothing is due."""

    def _drawn(
        self,
        kind: LineKind,
        named: str,
        quantity: Decimal,
        unit: Unit,
        during: tuple[datetime, datetime],
        amount: Decimal | None = None,
    ) -> Drawn:
        amount = quantity * self.price if amount is None else amount
        words, is_master = self.description or named, isinstance(self, MasterPrice)
        return Drawn(kind, words, quantity, unit, self.price, amount, *during, is_master, self.tag_id)


class MasterPrice(Component):
    """The price of charging itself; a version has exactly one. A free one has the price 0."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPrice(MasterPrice):
    """A fixed price per kWh, for the exact watt-hours."""

    type: ClassVar[str] = "kwh"

    def draw(self, usage: Usage) -> Iterator[Drawn]:
        energy = Decimal(usage.energy_wh) / WH_PER_KWH
        yield self._drawn(LineKind.FIXED_KWH, "Energy", energy, Unit.KWH, (usage.started_at, usage.charged_until))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePrice(MasterPrice):
    """A price per whole minute from the start to the stop."""

    type: ClassVar[str] = "min"

    def draw(self, usage: Usage) -> Iterator[Drawn]:
        minutes = Decimal(whole_minutes(usage.started_at, usage.stopped_at))
        yield self._drawn(LineKind.DURATION, "Time", minutes, Unit.MINUTE, (usage.started_at, usage.stopped_at))


class Fee(Component):
    """Comes on top of the master price."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingFee(Fee):
    """Once per charge that delivered energy."""

    type: ClassVar[str] = "starting"

    def draw(self, usage: Usage) -> Iterator[Drawn]:
        if usage.energy_wh:
            yield self._drawn(LineKind.STARTING, "Starting fee", ONCE, Unit.CHARGE, (usage.started_at, usage.started_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingFee(Fee):
    """Once per charge that delivered energy and has lasted `after_minutes` from start to stop."""

    type: ClassVar[str] = "charging"
    after_minutes: int = 0

    def draw(self, usage: Usage) -> Iterator[Drawn]:
        due_at = usage.started_at + self.after_minutes * MINUTE
        if usage.energy_wh and usage.stopped_at >= due_at:
            yield self._drawn(LineKind.CHARGING, "Charging fee", ONCE, Unit.CHARGE, (due_at, due_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteFee(Fee):
    """Per whole minute after the first `after_minutes`, until charging is complete or else until the cable is out."""

    type: ClassVar[str] = "minute"
    after_minutes: int = 0
    ends_at_fully_charged: bool = False

    def draw(self, usage: Usage) -> Iterator[Drawn]:
        from_at = usage.started_at + self.after_minutes * MINUTE
        until_at = usage.charged_until if self.ends_at_fully_charged else usage.unplugged_at
        minutes = Decimal(whole_minutes(from_at, until_at))
        yield self._drawn(LineKind.DURATION, "Minute fee", minutes, Unit.MINUTE, (from_at, max(from_at, until_at)))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleFee(Fee):
    """Per whole minute that the cable stays after charging has ended, past `after_minutes` of grace; at most `maximum` in all."""

    type: ClassVar[str] = "idle"
    after_minutes: int = 0
    maximum: Decimal | None = None

    def draw(self, usage: Usage) -> Iterator[Drawn]:
        from_at = usage.charged_until + self.after_minutes * MINUTE
        minutes = Decimal(whole_minutes(from_at, usage.unplugged_at))
        amount = minutes * self.price if self.maximum is None else min(minutes * self.price, self.maximum)
        yield self._drawn(LineKind.IDLE, "Idle fee", minutes, Unit.MINUTE, (from_at, max(from_at, usage.unplugged_at)), amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap(Component):
    """The most that a charge may cost in all, `price`, after discounts (spec P2.5, "safety rule"). It draws nothing itself."""

    type: ClassVar[str] = "cap"

    def draw(self, usage: Usage) -> Iterator[Drawn]:
        yield from ()


_TYPES: dict[str, type[Component]] = {
    kind.type: kind for kind in (EnergyPrice, TimePrice, StartingFee, ChargingFee, MinuteFee, IdleFee, Cap)
}
_STORED_AS: dict[str, type] = {
    "price": str, "maximum": str, "after_minutes": int, "ends_at_fully_charged": bool, "description": str, "tag_id": int,
}  # fmt: skip
_DECIMALS = {"price", "maximum"}


def runs_on_after_stop(components: Iterable[Component]) -> bool:
    """Whether a fee may grow after the stop, while the cable stays: such a charge is settled at the release (house §3)."""
    return any(
        component.price and (isinstance(component, IdleFee) or (isinstance(component, MinuteFee) and not component.ends_at_fully_charged))
        for component in components
    )


def is_free(components: Iterable[Component]) -> bool:
    """Whether a charge can cost nothing at all: no component but the cap has a price above zero."""
    return not any(component.price > 0 for component in components if not isinstance(component, Cap))


def parse_components(stored: Sequence[Mapping[str, Any]]) -> tuple[Component, ...]:
    """
    The components of a stored version, in its order.

    :raises Malformed: on an unknown type or key, a missing price, or an amount that is not a decimal string.
    """
    return tuple(_parse(one) for one in stored)


def dump_components(components: Iterable[Component]) -> list[dict[str, Any]]:
    """What is stored: canonical, so that equal components are equal JSON. Amounts are decimal strings; defaults are left out."""
    return [_dump(component) for component in components]


def _parse(stored: Mapping[str, Any]) -> Component:
    kind = _TYPES.get(stored.get("type", ""))
    if kind is None:
        raise Malformed(f"There is no price component {stored.get('type')!r}.")
    try:
        return kind(**{key: _value(key, value) for key, value in stored.items() if key != "type"})
    except TypeError as error:
        raise Malformed(f"{kind.type}: {error}") from error


def _dump(component: Component) -> dict[str, Any]:
    values = {field.name: getattr(component, field.name) for field in dataclasses.fields(component) if not _is_default(component, field)}
    return {"type": component.type} | {key: plain(value) if isinstance(value, Decimal) else value for key, value in values.items()}


def _is_default(component: Component, field: "dataclasses.Field[Any]") -> bool:
    return bool(getattr(component, field.name) == field.default)


def _value(key: str, value: object) -> Any:
    if type(value) is not _STORED_AS.get(key):
        raise Malformed(f"{value!r} is no {key}.")
    return _decimal(str(value)) if key in _DECIMALS else value


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Malformed(f"{text!r} is not a decimal string.") from error
    if not number.is_finite():
        raise Malformed(f"{text!r} is not a decimal string.")
    return number


def plain(number: Decimal) -> str:
    """The shortest exact decimal: 2.50 → 2.5, 1E+2 → 100."""
    return f"{number.normalize():f}"
