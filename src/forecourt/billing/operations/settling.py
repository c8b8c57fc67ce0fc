"""Settling charges, hundreds at a time: the final price, its lines, and the movements of money."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from forecourt.billing import queries
from forecourt.billing.events import ChargeSettled
from forecourt.billing.operations import payments
from forecourt.billing.operations.rows import claim, write_lines
from forecourt.billing.queries import ToSettle
from forecourt.billing.rules import Settled
from forecourt.charging import operations as charging
from forecourt.charging.events import ChargeReadyToSettle
from forecourt.charging.operations.paying import hold_keys
from forecourt.kit.events import announce_all
from forecourt.kit.money import Money
from forecourt.kit.operations import operation
from forecourt.ledger import operations as ledger
from forecourt.ledger.queries import Rate, Wanted, rates_on, transaction_time
from forecourt.ledger.rules import convert
from forecourt.pricing import rules as pricing
from forecourt.pricing.models import PriceVersion

Components = Mapping[int, tuple[pricing.Component, ...]]
Versions = Mapping[int, PriceVersion]


def settle_charges(events: Sequence[ChargeReadyToSettle]) -> None:
    """Reaction to charges that are ready. If it raises (a rate is missing), the drain halves the batch until the culprit stands alone."""
    settle([event.charge_id for event in events], at=transaction_time())


@operation
def settle(charge_ids: Sequence[int], *, at: datetime) -> list[int]:
    """
    Price these charges, write their lines, complete them, and move the money. Returns those that were settled now.

    Exactly once, however often and beside itself it runs: the charge is locked, the `Settlement` row claims it (primary
    key), and each transaction has a unique key. Nothing refuses: a payer without funds goes below zero (spec P2.5).

    Cost that is tracked in another currency is brought into the charge's.

    :raises RateMissing: if two currencies have no rate on the day of the charge; then nothing of the batch is settled.
    """
    charges = queries.charges_to_settle(charge_ids)
    priced = _priced(charges)
    mine = claim([priced[charge.id] for charge in charges], at=at)
    settled = [charge for charge in charges if charge.id in mine]
    if not settled:
        return []
    write_lines([priced[charge.id] for charge in settled])
    charging.complete_charges([_completion(priced[charge.id], at) for charge in settled])
    announce_all(ChargeSettled(charge.id) for charge in settled)
    movements = payments.movements(settled, priced, at=at)
    ledger.record_transactions(movements, at=at, release=hold_keys(charge.id for charge in settled))  # last: it locks hot accounts
    return [charge.id for charge in settled]


def _completion(settled: Settled, at: datetime) -> charging.Completion:
    cost = settled.cost.minor if settled.cost else None
    return charging.Completion(settled.charge_id, settled.net.minor, settled.vat.minor, settled.gross.minor, cost, at)


def _priced(charges: Sequence[ToSettle]) -> dict[int, Settled]:
    wanted = {id for charge in charges for id in (charge.price_version_id, charge.cost_version_id) if id}
    versions = PriceVersion.objects.in_bulk(wanted)
    components = {id: pricing.parse_components(version.components) for id, version in versions.items()}
    foreign = {one for charge in charges if (one := _cost_rate(charge, versions))}
    rates = rates_on(foreign) if foreign else {}
    return {charge.id: _price(charge, versions, components, rates) for charge in charges}


def _cost_rate(charge: ToSettle, versions: Versions) -> Wanted | None:
    """The rate that brings a cost in another currency into the charge's own, on the day it stopped."""
    if charge.cost_version_id is None or versions[charge.cost_version_id].currency == charge.currency:
        return None
    return versions[charge.cost_version_id].currency, charge.currency, charge.stopped_at.date()


def _price(charge: ToSettle, versions: Versions, components: Components, rates: Mapping[Wanted, Rate]) -> Settled:
    usage = charge.usage
    tariff = _tariff(charge, charge.price_version_id, versions, components, with_discounts=True)
    cost_tariff = _tariff(charge, charge.cost_version_id, versions, components, with_discounts=False)
    lines = pricing.price(usage, tariff) if tariff else ()
    cost_lines = pricing.price(usage, cost_tariff) if cost_tariff else ()
    total = pricing.total(lines, tariff.currency if tariff else charge.currency)
    cost = pricing.total(cost_lines, cost_tariff.currency).gross if cost_tariff else None
    if cost and (foreign := _cost_rate(charge, versions)):
        cost = Money(convert(cost.minor, cost.currency, charge.currency, rates[foreign].rate)[0], charge.currency)
    return Settled(charge.id, usage, tariff, cost_tariff, lines, cost_lines, total.net, total.vat, total.gross, cost)


def _tariff(
    charge: ToSettle,
    version_id: int | None,
    versions: Versions,
    components: Components,
    *,
    with_discounts: bool,
) -> pricing.Tariff | None:
    if version_id is None:
        return None
    version = versions[version_id]
    discounts = pricing.parse_discounts(charge.discounts) if with_discounts else ()
    return pricing.Tariff(components[version_id], version.currency, version.is_vat_included, charge.vat_rate, discounts)
