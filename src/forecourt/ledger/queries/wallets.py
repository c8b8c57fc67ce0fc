"""Wallets, what is in them, and what moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q, QuerySet

from forecourt.access import Scope
from forecourt.ledger.models import Posting, Wallet

# Teams that pay otherwise than in advance may go below zero (spec P2.8); so may operators, whose invoice settles it (spec §15.4).
MAY_GO_NEGATIVE = frozenset({"operator_transaction", "invoice"})


@dataclass(frozen=True, slots=True)
class Balance:
    """Minor units of `currency`. `funds_minor` may be withdrawn, `credit_minor` only spent, `reserved_minor` is held."""

    funds_minor: int
    credit_minor: int
    reserved_minor: int
    currency: str

    @property
    def spendable_minor(self) -> int:
        return self.funds_minor + self.credit_minor


@dataclass(frozen=True, slots=True)
class WalletFacts:
    """What a movement needs to know of a wallet."""

    id: int
    currency: str
    organisation_id: int
    operator_id: int
    team_id: int | None
    team_type: str | None
    payment_method: str | None
    country_id: int
    time_zone: str
    funds_id: int
    credit_id: int
    reserved_id: int

    @property
    def may_go_negative(self) -> bool:
        return self.team_id is None or self.payment_method in MAY_GO_NEGATIVE


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One posting of a wallet, newest first. `balance_minor` is that of its account afterwards."""

    entry_id: int
    at: datetime
    booked_on: date
    kind: str
    account: str
    minor: int
    balance_minor: int
    transaction_id: int | None


_FACTS = """
SELECT w.id, w.currency, w.organisation_id, w.operator_id, w.team_id, t.type, t.payment_method, w.country_id, o.time_zone,
       max(a.id) FILTER (WHERE a.kind = 'funds'), max(a.id) FILTER (WHERE a.kind = 'credit'), max(a.id) FILTER (WHERE a.kind = 'reserved')
FROM ledger_wallet w
JOIN ledger_account a ON a.wallet_id = w.id
JOIN operators_operator o ON o.id = w.operator_id
LEFT JOIN teams_team t ON t.id = w.team_id
WHERE w.id = ANY(%s) GROUP BY w.id, t.id, o.id
"""

_BALANCES = """
SELECT a.wallet_id, coalesce(sum(b.minor) FILTER (WHERE a.kind = 'funds'), 0), coalesce(sum(b.minor) FILTER (WHERE a.kind = 'credit'), 0),
       coalesce(sum(b.minor) FILTER (WHERE a.kind = 'reserved'), 0), max(a.currency)
FROM ledger_account a LEFT JOIN account_balance b ON b.account_id = a.id
WHERE a.wallet_id = ANY(%s) GROUP BY a.wallet_id
"""


def wallet_facts(wallet_ids: Iterable[int]) -> dict[int, WalletFacts]:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [sorted(set(wallet_ids))])
        return {row[0]: WalletFacts(*row) for row in cursor.fetchall()}


def balances(wallet_ids: Iterable[int]) -> dict[int, Balance]:
    """What each wallet holds now. Minor units of its currency."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, [sorted(set(wallet_ids))])
        return {
            wallet: Balance(int(funds), int(credit), int(reserved), currency)
            for wallet, funds, credit, reserved, currency in cursor.fetchall()
        }


def transaction_time() -> datetime:
    """When this database transaction began: the moment for reactions, which are told none and may not read the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        at: datetime = cursor.fetchone()[0]
    return at


def wallet_of_team(team_id: int) -> Wallet | None:
    return Wallet.objects.filter(team_id=team_id).first()


def wallet_of_operator(operator_id: int) -> Wallet | None:
    return Wallet.objects.filter(operator_owner_id=operator_id).first()


def statement(wallet_id: int, *, limit: int = 50) -> list[StatementRow]:
    """The newest postings of a wallet's three accounts, each with its account's balance afterwards."""
    found = (
        Posting.objects.filter(account__wallet_id=wallet_id)
        .order_by("-id")
        .values_list(
            "entry_id", "entry__occurred_at", "entry__booked_on", "entry__kind", "account__kind", "minor", "entry__transaction_id"
        )[:limit]
    )
    now = balances([wallet_id])[wallet_id]
    after = {"funds": now.funds_minor, "credit": now.credit_minor, "reserved": now.reserved_minor}
    rows = []
    for entry_id, at, booked, kind, account, minor, transaction_id in found:
        rows.append(StatementRow(entry_id, at, booked, kind, account, minor, after[account], transaction_id))
        after[account] -= minor
    return rows


def wallet_rows(scope: Scope, *, text: str = "") -> QuerySet[Wallet]:
    """The wallets in scope by owner's name, operators' first, with their owners; `text` is a part of the name."""
    found = Wallet.objects.within(scope).select_related("team", "operator_owner").order_by("operator_owner__name", "team__name", "id")
    return found.filter(Q(team__name__icontains=text) | Q(operator_owner__name__icontains=text)) if text else found
