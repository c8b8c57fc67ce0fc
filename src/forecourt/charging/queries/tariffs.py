"""What a charge is priced by, as the price engine wants it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from forecourt.pricing import rules as pricing
from forecourt.pricing.models import PriceVersion


@dataclass(frozen=True, slots=True)
class Priced:
    """What is fixed at a charge's start."""

    version_id: int
    vat_rate: Decimal
    discounts: list[dict[str, Any]]


def tariff_of(priced: Priced, versions: dict[int, PriceVersion]) -> pricing.Tariff:
    version = versions[priced.version_id]
    return pricing.Tariff(
        components=pricing.parse_components(version.components),
        currency=version.currency,
        is_vat_included=version.is_vat_included,
        vat_rate=priced.vat_rate,
        discounts=pricing.parse_discounts(priced.discounts),
    )


def versions_of(ids: Iterable[int | None]) -> dict[int, PriceVersion]:
    """Price versions by id. One query, none if nothing is asked."""
    wanted = {id for id in ids if id is not None}
    return PriceVersion.objects.in_bulk(wanted) if wanted else {}


def versions_that_run_on(ids: Iterable[int | None]) -> set[int]:
    """Of these price versions, those with a fee that may grow after the stop while the cable stays (house §3)."""
    return {id for id, version in versions_of(ids).items() if pricing.runs_on_after_stop(pricing.parse_components(version.components))}


def usage_so_far(
    *, started_at: datetime, until: datetime, charging_ended_at: datetime | None, energy_wh: int, time_zone: str,
    released_at: datetime | None = None,
) -> pricing.Usage:  # fmt: skip
    """
    A charge as the engine sees it before it is settled: stopped at this moment or before, the energy in one piece. With `released_at`
    the cable stays until then.
    """
    return pricing.Usage(
        started_at=started_at,
        stopped_at=max(until, started_at),
        charging_ended_at=charging_ended_at,
        released_at=released_at,
        energy_wh=energy_wh,
        buckets_from_at=started_at,
        reports_release=released_at is not None,
        time_zone=time_zone,
    )
