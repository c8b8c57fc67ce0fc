"""
Power curves: how much a vehicle draws at an outlet, second by second. Pure; units are watts, watt-hours and seconds.

AC is flat and tapers over the last twentieth of the battery. DC ramps up, holds a plateau to half full and then
tapers, steeply beyond 80 %. State of charge (`soc`) runs from 0 to 1.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

Kind = Literal["ac", "dc"]

STEP_S = 1.0
AC_VOLTS = 230.0
DC_VOLTS_EMPTY, DC_VOLTS_FULL = 350.0, 410.0
ONE_PHASE_LIMIT_W = 7_400.0
AC_RAMP_S, DC_RAMP_S = 5.0, 30.0

# (state of charge, share of the full power); between two points the share is interpolated
AC_SHAPE = ((0.0, 1.0), (0.95, 1.0), (1.0, 0.1))
DC_SHAPE = ((0.0, 1.0), (0.5, 1.0), (0.8, 0.45), (1.0, 0.06))


@dataclass(frozen=True, slots=True)
class Outlet:
    kind: Kind
    max_w: float

    @property
    def phases(self) -> int:
        return 1 if self.kind == "dc" or self.max_w <= ONE_PHASE_LIMIT_W else 3


@dataclass(frozen=True, slots=True)
class Vehicle:
    battery_wh: float
    max_ac_w: float
    max_dc_w: float

    def max_w(self, kind: Kind) -> float:
        return self.max_dc_w if kind == "dc" else self.max_ac_w


@dataclass(frozen=True, slots=True)
class Charging:
    """A vehicle at an outlet at one moment. It ends at `target_soc`, where the vehicle asks for no more."""

    outlet: Outlet
    vehicle: Vehicle
    soc: float
    target_soc: float
    energy_wh: float = 0.0
    elapsed_s: float = 0.0

    @property
    def is_full(self) -> bool:
        return self.soc >= self.target_soc

    @property
    def power_w(self) -> float:
        """What it draws now: never above what outlet and vehicle can do, nothing once it is full."""
        if self.is_full:
            return 0.0
        full_w = min(self.outlet.max_w, self.vehicle.max_w(self.outlet.kind))
        shape, ramp_s = (DC_SHAPE, DC_RAMP_S) if self.outlet.kind == "dc" else (AC_SHAPE, AC_RAMP_S)
        return full_w * _share(shape, self.soc) * min(1.0, (self.elapsed_s + STEP_S) / ramp_s)

    @property
    def volts(self) -> float:
        if self.outlet.kind == "ac":
            return AC_VOLTS
        return DC_VOLTS_EMPTY + (DC_VOLTS_FULL - DC_VOLTS_EMPTY) * self.soc

    @property
    def amperes(self) -> float:
        """Per phase."""
        return self.power_w / self.volts / self.outlet.phases

    def after(self, seconds: float) -> "Charging":
        """The same vehicle so much later. Energy only grows, and never by more than full power over that time."""
        now = self
        while seconds > 0 and not now.is_full:
            now = now._step(min(STEP_S, seconds))
            seconds -= STEP_S
        return replace(now, elapsed_s=now.elapsed_s + max(0.0, seconds))

    def _step(self, seconds: float) -> "Charging":
        room_wh = (self.target_soc - self.soc) * self.vehicle.battery_wh
        wanted_wh = self.power_w * seconds / 3600
        is_last = wanted_wh >= room_wh
        taken_wh = room_wh if is_last else wanted_wh
        soc = self.target_soc if is_last else self.soc + taken_wh / self.vehicle.battery_wh
        return replace(self, soc=soc, energy_wh=self.energy_wh + taken_wh, elapsed_s=self.elapsed_s + seconds)


def _share(shape: tuple[tuple[float, float], ...], soc: float) -> float:
    for (low, high_share), (high, low_share) in pairwise(shape):
        if soc <= high:
            return high_share + (low_share - high_share) * (soc - low) / (high - low)
    return shape[-1][1]
