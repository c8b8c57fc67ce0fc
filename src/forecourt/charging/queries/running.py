"""What a charge costs so far."""

from datetime import datetime

from forecourt.charging.models import Charge
from forecourt.charging.queries.tariffs import Priced, tariff_of, usage_so_far, versions_of
from forecourt.kit.money import Money
from forecourt.pricing import rules as pricing


def running_cost(charge: Charge, *, at: datetime) -> Money | None:
    """Gross, by the engine that will bill it; the final price once settled. None before the start; zero where it is free."""
    if charge.price_minor is not None:
        return Money(charge.price_minor, charge.currency)
    if charge.started_at is None or (energy_wh := charge.energy_wh) is None:
        return None
    if charge.price_version_id is None:
        return Money.zero(charge.currency)
    until = charge.stopped_at or at
    usage = usage_so_far(
        started_at=charge.started_at, until=until, charging_ended_at=charge.charging_ended_at,
        energy_wh=energy_wh, time_zone=charge.time_zone,
    )  # fmt: skip
    priced = Priced(charge.price_version_id, charge.vat_rate, charge.discounts)
    return pricing.running(usage, tariff_of(priced, versions_of([charge.price_version_id])))
