"""Everything that changes the books. `post_many` is the one way in; the rest prepares entries for it."""

from forecourt.ledger.operations.deleting import OBJECTIONS
from forecourt.ledger.operations.holds import hold_many, release_holds
from forecourt.ledger.operations.moves import adjust, deposit, refund
from forecourt.ledger.operations.posting import post_many
from forecourt.ledger.operations.rates import import_rates
from forecourt.ledger.operations.transactions import record_transactions
from forecourt.ledger.operations.wallets import open_missing_wallets, open_team_wallets, open_wallet
from forecourt.ledger.rules import (
    Amount,
    Hold,
    KeyReused,
    Leg,
    NewEntry,
    NewTransaction,
    Overdrawn,
    RateMissing,
    RefundTooLarge,
    Sides,
    Unbalanced,
)

__all__ = [
    "OBJECTIONS",
    "Amount",
    "Hold",
    "KeyReused",
    "Leg",
    "NewEntry",
    "NewTransaction",
    "Overdrawn",
    "RateMissing",
    "RefundTooLarge",
    "Sides",
    "Unbalanced",
    "adjust",
    "deposit",
    "hold_many",
    "import_rates",
    "open_missing_wallets",
    "open_team_wallets",
    "open_wallet",
    "post_many",
    "record_transactions",
    "refund",
    "release_holds",
]
