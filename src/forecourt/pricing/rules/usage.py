"""What was used, and what a component makes of it before anything is rounded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

MINUTE = timedelta(minutes=1)


class LineKind(StrEnum):
    """What a line is for. All but `discount` are the partner API's `Component.type` (§11.10)."""

    FIXED_KWH = "fixed-kwh"
    DURATION = "duration-fee"
    STARTING = "starting-fee"
    CHARGING = "fixed-charging-fee"
    IDLE = "idle-fee"
    DISCOUNT = "discount"
    ADJUSTMENT = "adjustment"


class Unit(StrEnum):
    KWH = "kWh"
    MINUTE = "min"
    CHARGE = "charge"


@dataclass(frozen=True, slots=True)
class Usage:
    """
    One charge, or what is known of it so far. Energy in watt-hours; `buckets_wh` per 300 s from `buckets_from_at`.

    `charging_ended_at`: energy flowed for the last time; None while it flows. `released_at` counts only where the
    station reports releases. For a running charge `stopped_at` is the present.
    """

    started_at: datetime
    stopped_at: datetime
    charging_ended_at: datetime | None
    released_at: datetime | None
    energy_wh: int
    buckets_from_at: datetime
    buckets_wh: tuple[int, ...] = ()
    reports_release: bool = False
    time_zone: str = "UTC"

    @property
    def charged_until(self) -> datetime:
        """When energy flowed for the last time, as far as is known; never after the stop."""
        return min(self.charging_ended_at or self.stopped_at, self.stopped_at)

    @property
    def unplugged_at(self) -> datetime:
        """Until when the cable certainly stayed plugged in: its release where that is reported, else the stop."""
        released = self.released_at if self.reports_release else None
        return max(released or self.stopped_at, self.stopped_at)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one component charges for, exact. `amount` is in major units, on the side (net or gross) that the price is on."""

    kind: LineKind
    description: str
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    amount: Decimal
    from_at: datetime
    until_at: datetime
    is_master: bool = False
    tag_id: int | None = None


def whole_minutes(from_at: datetime, until_at: datetime) -> int:
    """Whole minutes that have passed. A started minute is not charged."""
    return max(0, (until_at - from_at) // MINUTE)
