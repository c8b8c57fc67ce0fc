"""Charges that are over."""

from datetime import UTC, datetime, timedelta

from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import make_charge
from forecourt.network.models import ChargePoint

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def make_settled(point: ChargePoint, *, stopped_at: datetime = AT, energy_wh: int = 10_000, price_minor: int = 2_500, **fields) -> Charge:
    """A completed charge of 30 minutes, energy flowing for 20. `fields` are columns that it had before it was completed."""
    charge = make_charge(
        point,
        state="stopped",
        started_at=stopped_at - timedelta(minutes=30),
        charging_ended_at=stopped_at - timedelta(minutes=10),
        stopped_at=stopped_at,
        meter_stop_wh=energy_wh,
    )
    Charge.objects.filter(pk=charge.pk).update(**fields, state="completed", completed_at=stopped_at, price_minor=price_minor)
    return charge


def make_failed(point: ChargePoint, *, failed_at: datetime = AT) -> Charge:
    """One that was asked for and never started."""
    charge = make_charge(point, state="starting", started_at=None, meter_start_wh=None)
    Charge.objects.filter(pk=charge.pk).update(state="completed", failed_at=failed_at, failure_reason="timeout")
    return charge
