"""What a settled charge moves between wallets: the payment, and the fees of the charge point's owner."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from forecourt.billing import queries, rules
from forecourt.billing.operations.wallets import Wallets, wallets_for
from forecourt.billing.queries import ToSettle
from forecourt.billing.rules import Agreement, Settled
from forecourt.ledger.queries import WalletFacts
from forecourt.ledger.rules import Amount, NewTransaction


def movements(charges: Sequence[ToSettle], priced: Mapping[int, Settled], *, at: datetime) -> list[NewTransaction]:
    """Every transaction that these charges cause, as `docs/domains/billing.md` lists them."""
    agreements = queries.agreements_of(charge.operator_id for charge in charges)
    wallets = wallets_for(charges, (one for found in agreements.values() for one in found), at=at)
    return [new for charge in charges for new in _of_charge(charge, priced[charge.id], wallets, agreements[charge.operator_id])]


def _of_charge(charge: ToSettle, settled: Settled, wallets: Wallets, agreements: Sequence[Agreement]) -> Iterator[NewTransaction]:
    owner, payer = wallets.owner(charge), wallets.payer(charge)
    is_paid = not settled.is_free and payer is not None and payer.id != owner.id
    if is_paid and payer is not None:
        amount = Amount(settled.net.minor, settled.vat.minor, settled.gross.currency)
        yield _movement(charge, "payment", rules.payment_kind(charge.team_type), amount, payer, owner, charge.vat_rate)
    mine = [one for one in agreements if one.covers(operator_id=charge.operator_id, team_id=charge.team_id, at=charge.started_at)]
    for fee in rules.fees(mine, gross=settled.gross, energy_wh=charge.energy_wh, team_type=charge.team_type, is_paid=is_paid):
        beneficiary = wallets.operators[fee.beneficiary_id]
        if beneficiary.id != owner.id:  # an operator's own team earns for the operator already
            rate = wallets.fee_vat_rate(beneficiary, owner, charge.stopped_at.date())
            what = f"fee:{fee.agreement_id}:{fee.component}"
            yield _movement(charge, what, fee.kind, rules.with_vat(fee.net, rate), owner, beneficiary, rate)


def _movement(
    charge: ToSettle, what: str, kind: str, amount: Amount, payer: WalletFacts, payee: WalletFacts, vat_rate: Decimal
) -> NewTransaction:
    return NewTransaction(
        key=f"charge:{charge.id}:{what}", group="charge", kind=kind, amount=amount, from_wallet_id=payer.id, to_wallet_id=payee.id,
        occurred_at=charge.stopped_at, vat_rate=vat_rate, reference_type="CHARGE", reference_id=str(charge.id),
        metadata={"type": "charge-metadata", "id": charge.id, "wh": charge.energy_wh}, spends_credit=what == "payment",
    )  # fmt: skip
