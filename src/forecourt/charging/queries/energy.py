"""Energy of a charge over time, and its power curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from forecourt.charging.models import Charge, ChargeEnergy
from forecourt.charging.queries.sql import fetched
from forecourt.charging.rules import meters
from forecourt.charging.rules.energy import Buckets, coarser
from forecourt.charging.rules.energy import energy_buckets as compute

MOST_POINTS = 2000


def buckets_of(charge: Charge) -> Buckets | None:
    """What is kept of a charge that has ended; else computed from the samples so far. None before it has started."""
    kept = ChargeEnergy.objects.filter(pk=charge.pk).first()
    if kept:
        return Buckets(kept.from_at, tuple(kept.wh), tuple(kept.estimated))
    if charge.started_at is None or charge.meter_start_wh is None:
        return None
    meter = charge.running_meter
    until = charge.stopped_at or (meter.at if meter else charge.started_at)
    return compute(
        started_at=charge.started_at, stopped_at=until, start_wh=charge.meter_start_wh,
        stop_wh=charge.meter_start_wh + (charge.energy_wh or 0), samples=registers(charge),
    )  # fmt: skip


def energy_buckets(charge: Charge, seconds: int = 3600) -> list[tuple[datetime, int]]:
    """(from, watt-hours) per period of 300, 600, 900, 1800 or 3600 seconds, counted from midnight UTC."""
    buckets = buckets_of(charge)
    return coarser(buckets, seconds) if buckets else []


def registers(charge: Charge) -> list[tuple[datetime, int]]:
    """The energy registers that were sampled: (at, Wh)."""
    return [(at, wh) for at, value, unit in _sampled(charge, meters.REGISTER) if (wh := meters.as_wh(value, unit)) is not None]


@dataclass(frozen=True, slots=True)
class Curve:
    """Power over time in watts; `is_measured` is False where it was worked out from the register."""

    points: Sequence[tuple[datetime, int]]
    is_measured: bool


def power_curve(charge: Charge) -> Curve:
    """The power samples of a charge; where the station sends none, the average power of each 300 seconds."""
    sampled = [(at, wh) for at, value, unit in _sampled(charge, meters.POWER) if (wh := meters.as_wh(value, unit)) is not None]
    if sampled:
        step = -(-len(sampled) // MOST_POINTS)
        return Curve(sampled[::step], is_measured=True)
    return Curve([(at, wh * 12) for at, wh in energy_buckets(charge, 300)], is_measured=False)


def _sampled(charge: Charge, measurand: str) -> list[tuple[datetime, str, str]]:
    """The times bound the partitions that are read."""
    if charge.started_at is None:
        return []
    return fetched(
        """SELECT m.at, s ->> 'value', COALESCE(s ->> 'unit', 'Wh') FROM meter_value m, jsonb_array_elements(m.samples) s
           WHERE m.charge_id = %s AND m.at >= %s AND m.at <= COALESCE(%s::timestamptz, 'infinity')
             AND COALESCE(s ->> 'measurand', 'Energy.Active.Import.Register') = %s
             AND s ->> 'phase' IS NULL AND COALESCE(s ->> 'format', 'Raw') = 'Raw' ORDER BY m.at""",
        [charge.pk, charge.started_at, charge.stopped_at, measurand],
    )
