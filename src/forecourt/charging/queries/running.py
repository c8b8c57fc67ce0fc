"""What a charge costs so far."""

from datetime import datetime

from forecourt.charging.models import Charge
from forecourt.charging.queries.tariffs import Priced, tariff_of, usage_so_far, versions_of
from forecourt.kit.money import Money
from forecourt.pricing import rules as pricing


def running_cost(charge: Charge, *, at: datetime) -> Money | None:
    """
    Gross, by the engine that will bill it; the final price once settled. None before the start; zero where it is free. Between stop
    and release the fees that run on grow. The charge comes with its charge point's model.
    """
    if charge.price_minor is not None:
        return Money(charge.price_minor, charge.currency)
    if charge.started_at is None or (energy_wh := charge.energy_wh) is None:
        return None
    if charge.price_version_id is None:
        return Money.zero(charge.currency)
    until = charge.stopped_at or at
    model = charge.charge_point.model
    runs_on = charge.stopped_at is not None and (model is None or model.reports_release)
    usage = usage_so_far(
        started_at=charge.started_at, until=until, charging_ended_at=charge.charging_ended_at,
        energy_wh=energy_wh, time_zone=charge.time_zone, released_at=(charge.released_at or at) if runs_on else None,
    )  # fmt: skip
    priced = Priced(charge.price_version_id, charge.vat_rate, charge.discounts)
    return pricing.running(usage, tariff_of(priced, versions_of([charge.price_version_id])))
