"""What people move by hand: deposits, adjustments, refunds."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from forecourt.access import Actor, ActorKind
from forecourt.kit.errors import Invalid
from forecourt.kit.operations import locked, operation
from forecourt.ledger import queries, rules
from forecourt.ledger.models import Posting, Wallet, WalletTransaction
from forecourt.ledger.operations.transactions import record_transactions
from forecourt.ledger.rules import HUNDRED, Amount, KeyReused, NewTransaction, RefundTooLarge, Sides

MANUAL = "manual"
MOST_MINOR = 10**12


@operation
def deposit(*, actor: Actor, wallet: Wallet, minor: int, note: str, key: UUID, at: datetime) -> WalletTransaction:
    """
    Record money that reached the platform outside it (a bank transfer): external account “manual” → funds. Minor units of
    the wallet's currency. `key` names the request, so that a form sent twice deposits once.

    :raises Invalid: without a note or a positive amount.
    """
    _check(minor, note)
    return _record(
        NewTransaction(
            key=f"deposit:{key}", group="deposit", kind="deposit-manual", amount=Amount.plain(minor, wallet.currency),
            from_wallet_id=None, to_wallet_id=wallet.pk, external=MANUAL, occurred_at=at,
            note=note.strip(), performed_by_id=_person(actor),
        ), at=at,
    )  # fmt: skip


@operation
def adjust(
    *, actor: Actor, from_wallet: Wallet, to_wallet: Wallet, minor: int, currency: str, note: str, key: UUID, at: datetime
) -> WalletTransaction:
    """
    Move money from one wallet to another with a note (operator adjustment; partner API §11.30). `minor` in `currency`,
    which is that of one of the two wallets.

    :raises Invalid: without a note, a positive amount, two wallets, or with a currency that is neither's.
    :raises Overdrawn: if the paying wallet has too little and may not go below zero.
    :raises RateMissing: if the wallets' currencies have no rate.
    """
    _check(minor, note)
    if from_wallet.pk == to_wallet.pk:
        raise Invalid(_("Choose two different wallets."), fields={"to_wallet": _("Choose another wallet.")})
    if currency not in (from_wallet.currency, to_wallet.currency):
        raise Invalid(
            _("The currency must be that of one of the wallets."), fields={"currency": _("Use the currency of one of the wallets.")}
        )
    return _record(
        NewTransaction(
            key=f"adjust:{key}", group="other", kind="operator-adjustment", amount=Amount.plain(minor, currency),
            from_wallet_id=from_wallet.pk, to_wallet_id=to_wallet.pk, occurred_at=at, must_cover=True,
            reference_type="WALLET", reference_id=str(to_wallet.pk), note=note.strip(), performed_by_id=_person(actor),
        ), at=at,
    )  # fmt: skip


@operation
def refund(*, actor: Actor, transaction: WalletTransaction, percentage: Decimal, note: str, key: UUID, at: datetime) -> WalletTransaction:
    """
    Pay back a share of a complete transaction, as a new transaction in reverse at the original rate (spec P2.9).

    Several refunds come to at most 100 %; the last one to reach it pays exactly what is left. Credit that was spent comes
    back as credit in the same share. Runs beside itself: the original is locked. `key` is the request's: sent again, it
    returns the refund that it made.

    :raises KeyReused: if the key was sent with another percentage.
    :raises Invalid: if it cannot be refunded, without a note, or with a percentage outside (0, 100].
    :raises RefundTooLarge: if more than 100 % would have been refunded.
    :raises Overdrawn: if the wallet that paid back has too little and may not go below zero.
    """
    transaction = locked(transaction)
    if not is_refundable(transaction):
        raise Invalid(_("Only a complete transaction between two wallets can be refunded."))
    if not 0 < percentage <= HUNDRED or percentage != round(percentage, 2):
        raise Invalid(
            _("Enter a percentage above 0, at most 100."),
            fields={"percentage": _("Enter a number above 0, at most 100, with two decimals.")},
        )
    _check_note(note)
    claim = f"refund:{transaction.pk}:{key}"
    if made := WalletTransaction.objects.filter(entries__key=claim).first():
        if made.refund_percentage != percentage:
            raise KeyReused(_("This form has made another refund already. Open it again."))
        return made
    before = queries.refunded(transaction.pk)
    if before + percentage > HUNDRED:
        raise RefundTooLarge(_("%(share)s %% have been refunded already.") % {"share": f"{before.normalize():f}"}, refunded=str(before))
    return _record(_reverse(transaction, before, percentage, note, claim, actor, at), at=at)


def is_refundable(transaction: WalletTransaction) -> bool:
    """Whether a transaction may be refunded at all: complete, between two wallets, itself no refund."""
    between_wallets = transaction.from_wallet_id is not None and transaction.to_wallet_id is not None
    return transaction.state == WalletTransaction.State.COMPLETE and between_wallets and transaction.refund_percentage is None


def refund_amounts(transaction: WalletTransaction, before: Decimal, percentage: Decimal) -> tuple[Amount, Amount]:
    """
    What a refund takes from the receiver and gives to the payer: the share up to now less the share before, so that all
    refunds together come to the original to the last minor unit.
    """
    out = Amount(
        _step(transaction.to_net_minor, before, percentage), _step(transaction.to_vat_minor, before, percentage), transaction.to_currency
    )
    into = Amount(
        _step(transaction.from_net_minor, before, percentage),
        _step(transaction.from_vat_minor, before, percentage),
        transaction.from_currency,
    )
    return out, into


def _step(minor: int, before: Decimal, percentage: Decimal) -> int:
    return rules.share(minor, before + percentage) - rules.share(minor, before)


def _reverse(
    transaction: WalletTransaction, before: Decimal, percentage: Decimal, note: str, key: str, actor: Actor, at: datetime
) -> NewTransaction:
    out, into = refund_amounts(transaction, before, percentage)
    if not out.gross and not into.gross:
        raise Invalid(_("The refund comes to nothing."), fields={"percentage": _("Enter a larger share.")})
    credit = _credit_spent(transaction)
    return NewTransaction(
        key=key, group=transaction.group, kind="refund", amount=out,
        from_wallet_id=transaction.to_wallet_id, to_wallet_id=transaction.from_wallet_id, occurred_at=at,
        vat_rate=transaction.vat_rate, reference_type="TRANSACTION", reference_id=str(transaction.pk), note=note.strip(),
        performed_by_id=_person(actor), must_cover=True, refund_percentage=percentage,
        sides=Sides(out, into, rules.inverse(transaction.exchange_rate), transaction.rate_on),
        into_credit_minor=min(into.gross, _step(credit, before, percentage)),
    )  # fmt: skip


def _credit_spent(transaction: WalletTransaction) -> int:
    legs = Posting.objects.filter(entry__transaction=transaction, account__wallet=transaction.from_wallet, account__kind="credit")
    return -sum(legs.values_list("minor", flat=True))


def _record(new: NewTransaction, *, at: datetime) -> WalletTransaction:
    return WalletTransaction.objects.get(pk=record_transactions([new], at=at)[0])


def _check(minor: int, note: str) -> None:
    if not 0 < minor <= MOST_MINOR:
        raise Invalid(_("Enter an amount above zero."), fields={"amount": _("Enter an amount above zero.")})
    _check_note(note)


def _check_note(note: str) -> None:
    if not note.strip():
        raise Invalid(_("Say why in a note."), fields={"note": _("Say why.")})


def _person(actor: Actor) -> int | None:
    return actor.id if actor.kind is ActorKind.PERSON else None
