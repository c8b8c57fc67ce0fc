"""Reads of the books."""

from forecourt.ledger.queries.proof import problems
from forecourt.ledger.queries.rates import Rate, Wanted, rate_on, rates_on
from forecourt.ledger.queries.transactions import (
    EntryRow,
    LegRow,
    TransactionFilter,
    TransactionRow,
    entries_of,
    refunded,
    refunds_of,
    transaction_count,
    transaction_rows,
    transactions_about,
)
from forecourt.ledger.queries.wallets import (
    Balance,
    StatementRow,
    WalletFacts,
    balances,
    statement,
    transaction_time,
    wallet_facts,
    wallet_of_operator,
    wallet_of_team,
    wallet_rows,
)

__all__ = [
    "Balance",
    "EntryRow",
    "LegRow",
    "Rate",
    "StatementRow",
    "TransactionFilter",
    "TransactionRow",
    "WalletFacts",
    "Wanted",
    "balances",
    "entries_of",
    "problems",
    "rate_on",
    "rates_on",
    "refunded",
    "refunds_of",
    "statement",
    "transaction_count",
    "transaction_rows",
    "transaction_time",
    "transactions_about",
    "wallet_facts",
    "wallet_of_operator",
    "wallet_of_team",
    "wallet_rows",
]
