"""Plain factories for wallets and what is in them."""

from datetime import UTC, datetime
from decimal import Decimal

from forecourt.ledger import operations as ledger
from forecourt.ledger.models import ExchangeRate, Wallet, WalletTransaction
from forecourt.ledger.rules import Amount, NewTransaction
from forecourt.operators.models import Operator
from forecourt.teams.models import Team

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make_wallet(owner: Operator | Team) -> Wallet:
    """The owner's wallet, in the owner's currency; opened if there is none."""
    return ledger.open_wallet(owner=owner, at=AT)


def give_funds(wallet: Wallet, minor: int, *, at: datetime = AT) -> int:
    """Deposit from outside the platform; the transaction's id."""
    key = f"test-deposit:{wallet.pk}:{WalletTransaction.objects.count()}"
    amount = Amount.plain(minor, wallet.currency)
    new = NewTransaction(key, "deposit", "deposit-manual", amount, None, wallet.pk, at, external="manual", note="Test")
    return ledger.record_transactions([new], at=at)[0]


def give_credit(wallet: Wallet, minor: int, *, at: datetime = AT) -> int:
    """Credit that can only be spent; the transaction's id."""
    key = f"test-credit:{wallet.pk}:{WalletTransaction.objects.count()}"
    amount = Amount.plain(minor, wallet.currency)
    new = NewTransaction(key, "deposit", "credit", amount, None, wallet.pk, at, external="promotion", into_credit_minor=minor)
    return ledger.record_transactions([new], at=at)[0]


def make_rate(base: str, quote: str, rate: str, *, on: str = "2026-01-01") -> ExchangeRate:
    return ExchangeRate.objects.create(base=base, quote=quote, on=on, rate=Decimal(rate), source="test")
