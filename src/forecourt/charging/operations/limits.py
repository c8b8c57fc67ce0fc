"""Limits that the driver set: the first one reached stops the charge (spec P2.5)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from forecourt.charging.operations.commands import StopWish, ask_to_stop
from forecourt.charging.queries.sessions import MeteredCharge, metered_charges
from forecourt.charging.queries.sql import fetched, rows
from forecourt.charging.queries.tariffs import Priced, tariff_of, usage_so_far, versions_of
from forecourt.kit.money import Money
from forecourt.kit.operations import operation
from forecourt.pricing import rules as pricing


@operation
def stop_at_price_limits(*, at: datetime) -> None:
    """
    Ask the stations to stop the charges that have come to their price by now: time costs too, and not every station sends samples.

    Beside itself, and beside samples that come: the charges are locked in id order, and a request that is open stays the one.
    """
    limited = fetched(
        """SELECT station_id, transaction_id FROM charging_charge
           WHERE state IN ('charging', 'paused') AND state <> 'completed' AND limit_price_minor IS NOT NULL
             AND started_at IS NOT NULL AND stopped_at IS NULL""",
        [],
    )
    charges = metered_charges(limited).values() if limited else ()
    request_stops_at_limits([Progress(charge, charge.known_wh, None, at) for charge in charges], at=at)


class Progress(NamedTuple):
    """How far a charge with a limit has come. `at` is the newest sample's time."""

    charge: MeteredCharge
    wh: int
    soc_percent: float | None
    at: datetime


def request_stops_at_limits(progress: Sequence[Progress], *, at: datetime) -> None:
    """Ask the stations to stop the charges that have come to a limit; once per charge (`stop:<id>`)."""
    costly = _at_price_limit([one for one in progress if one.charge.limit_price_minor is not None])
    wishes = [
        StopWish(one.charge.id, one.charge.station_id, one.charge.charge_point_id, one.charge.transaction_id)
        for one in progress
        if _is_at_limit(one) or one.charge.id in costly
    ]
    ask_to_stop(wishes, at=at)


def _is_at_limit(one: Progress) -> bool:
    charge = one.charge
    if charge.limit_wh is not None and one.wh - charge.meter_start_wh >= charge.limit_wh:
        return True
    return charge.limit_soc_percent is not None and one.soc_percent is not None and one.soc_percent >= charge.limit_soc_percent


class _Fixed(NamedTuple):
    id: int
    price_version_id: int
    vat_rate: Decimal
    discounts: list[dict[str, Any]]
    started_at: datetime
    charging_ended_at: datetime | None
    time_zone: str


def _at_price_limit(progress: Sequence[Progress]) -> set[int]:
    """Price them with the engine that will bill them; only charges with such a limit pay for it."""
    if not progress:
        return set()
    fixed = rows(
        _Fixed,
        f"SELECT {', '.join(_Fixed._fields)} FROM charging_charge WHERE id = ANY(%s) AND price_version_id IS NOT NULL",  # noqa: S608
        [[one.charge.id for one in progress]],
    )
    by_id = {one.id: one for one in fixed}
    versions = versions_of(one.price_version_id for one in fixed)
    return {one.charge.id for one in progress if one.charge.id in by_id and _has_reached(one, by_id[one.charge.id], versions)}


def _has_reached(one: Progress, fixed: _Fixed, versions: dict[int, Any]) -> bool:
    usage = usage_so_far(
        started_at=fixed.started_at, until=one.at, charging_ended_at=fixed.charging_ended_at,
        energy_wh=one.wh - one.charge.meter_start_wh, time_zone=fixed.time_zone,
    )  # fmt: skip
    tariff = tariff_of(Priced(fixed.price_version_id, fixed.vat_rate, fixed.discounts), versions)
    return pricing.reached(Money(one.charge.limit_price_minor or 0, tariff.currency), usage, tariff)
