"""Drivers: when they come, with which vehicle, and how long they stay. All chance comes from one seeded source."""

from collections.abc import Sequence
from random import Random

from simulator.connector import Visit
from simulator.curve import Vehicle

VEHICLES = (
    Vehicle(battery_wh=40_000, max_ac_w=7_400, max_dc_w=50_000),
    Vehicle(battery_wh=58_000, max_ac_w=11_000, max_dc_w=125_000),
    Vehicle(battery_wh=64_000, max_ac_w=11_000, max_dc_w=80_000),
    Vehicle(battery_wh=77_000, max_ac_w=11_000, max_dc_w=175_000),
    Vehicle(battery_wh=95_000, max_ac_w=22_000, max_dc_w=270_000),
)
MINUTE = 60.0
FIRST_VISIT_WITHIN_S = 2 * MINUTE
MEAN_GAP_S = 15 * MINUTE
STAYS_S = ((2 * MINUTE, 6 * MINUTE), (10 * MINUTE, 40 * MINUTE), (60 * MINUTE, 480 * MINUTE))  # a top-up, an errand, a working day
STAY_WEIGHTS = (3, 5, 2)
APP_USER_PATIENCE_S = 3 * MINUTE
FAULT_CHANCE = 0.02
FAULTS = ("ConnectorLockFailure", "EVCommunicationError", "GroundFailure", "HighTemperature", "OverCurrentFailure")
MEAN_ONLINE_S = 90 * MINUTE


class Drivers:
    """
    The people who come to one connector. `speed` divides every one of their times and the batteries of their vehicles.

    Without keys they are app users: they plug in and wait for a remote start.
    """

    def __init__(self, rng: Random, keys: Sequence[str], *, speed: float) -> None:
        self._rng, self._keys, self._speed = rng, keys, speed

    def first_gap_s(self) -> float:
        return self._rng.uniform(1, FIRST_VISIT_WITHIN_S) / self._speed

    def gap_s(self) -> float:
        return self._rng.expovariate(1 / MEAN_GAP_S) / self._speed

    def fault(self) -> tuple[str, float] | None:
        """Now and then the connector breaks before the next driver comes: an error code, and the seconds until it is mended."""
        if self._rng.random() >= FAULT_CHANCE:
            return None
        return self._rng.choice(FAULTS), self._rng.uniform(2 * MINUTE, 20 * MINUTE) / self._speed

    def visit(self) -> Visit:
        rng, speed = self._rng, self._speed
        vehicle = rng.choice(VEHICLES)
        id_tag = rng.choice(self._keys) if self._keys else None
        return Visit(
            vehicle=Vehicle(vehicle.battery_wh / speed, vehicle.max_ac_w, vehicle.max_dc_w),
            id_tag=id_tag,
            soc=rng.uniform(0.08, 0.65),
            target_soc=rng.choice((0.8, 0.8, 0.9, 1.0)),
            tap_after_s=(rng.uniform(3, 12) if id_tag is not None else APP_USER_PATIENCE_S) / speed,
            stay_s=rng.uniform(*rng.choices(STAYS_S, STAY_WEIGHTS)[0]) / speed,
            linger_full_s=rng.uniform(1 * MINUTE, 15 * MINUTE) / speed,
            unplug_after_s=rng.uniform(5, 40) / speed,
        )


def online_s(rng: Random, *, speed: float) -> float:
    """Seconds until the station's network fails."""
    return rng.expovariate(1 / MEAN_ONLINE_S) / speed


def outage_s(rng: Random, *, speed: float) -> float:
    """Seconds until the network is back."""
    return rng.uniform(1 * MINUTE, 6 * MINUTE) / speed
