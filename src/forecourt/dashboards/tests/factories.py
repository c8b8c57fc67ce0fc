"""Charges that are over."""

from datetime import UTC, datetime, timedelta

from forecourt.charging.models import Charge
from forecourt.charging.tests.factories import make_charge
from forecourt.ledger.models import WalletTransaction
from forecourt.network.models import ChargePoint

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def make_settled(
    point: ChargePoint, *, stopped_at: datetime = AT, energy_wh: int = 10_000, price_minor: int = 2_500, is_paid: bool = True, **fields
) -> Charge:
    """
    A completed charge of 30 minutes, energy flowing for 20; a quarter of its net price is VAT. `fields` are columns that it had before
    it was completed.
    """
    charge = make_charge(
        point,
        state="stopped",
        started_at=stopped_at - timedelta(minutes=30),
        charging_ended_at=stopped_at - timedelta(minutes=10),
        stopped_at=stopped_at,
        meter_stop_wh=energy_wh,
    )
    net, vat = price_minor * 4 // 5, price_minor // 5
    prices = {"price_net_minor": net, "price_vat_minor": vat, "price_minor": price_minor}
    Charge.objects.filter(pk=charge.pk).update(**fields, **prices, state="completed", completed_at=stopped_at)
    if is_paid:
        sides = {
            f"{side}_{name}": value
            for side in ("from", "to")
            for name, value in {"minor": net + vat, "net_minor": net, "vat_minor": vat, "currency": charge.currency}.items()
        }
        WalletTransaction.objects.create(
            state="complete", group="charge", kind="charge-professional", reference_type="CHARGE", reference_id=str(charge.pk),
            occurred_at=stopped_at, completed_at=stopped_at, **sides,
        )  # fmt: skip
    return charge


def make_failed(point: ChargePoint, *, failed_at: datetime = AT) -> Charge:
    """One that was asked for and never started."""
    charge = make_charge(point, state="starting", started_at=None, meter_start_wh=None)
    Charge.objects.filter(pk=charge.pk).update(state="completed", failed_at=failed_at, failure_reason="timeout")
    return charge
