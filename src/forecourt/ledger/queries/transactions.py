"""Wallet transactions as lists and pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from forecourt.access import Scope
from forecourt.access.rows import ScopedQuerySet
from forecourt.ledger.models import Entry, WalletTransaction

ORDER = "-id"


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One row of the list. Amounts in minor units; a side without a wallet has no name."""

    id: int
    state: str
    group: str
    kind: str
    reference_type: str | None
    reference_id: str | None
    occurred_at: datetime
    completed_at: datetime | None
    from_wallet_id: int | None
    from_operator: str | None
    from_team: str | None
    from_minor: int
    from_net_minor: int
    from_vat_minor: int
    from_currency: str
    to_wallet_id: int | None
    to_operator: str | None
    to_team: str | None
    to_minor: int
    to_net_minor: int
    to_vat_minor: int
    to_currency: str
    exchange_rate: Decimal
    vat_rate: Decimal
    note: str | None

    @property
    def from_name(self) -> str | None:
        return self.from_team or self.from_operator

    @property
    def to_name(self) -> str | None:
        return self.to_team or self.to_operator

    @classmethod
    def columns(cls) -> list[str]:
        return [_PATHS.get(column.name, column.name) for column in fields(cls)]


_PATHS = {
    "from_operator": "from_wallet__operator_owner__name",
    "from_team": "from_wallet__team__name",
    "to_operator": "to_wallet__operator_owner__name",
    "to_team": "to_wallet__team__name",
}


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Days are counted in `zone` and both included. `text` is an id, a reference or the beginning of a kind."""

    states: tuple[str, ...] = ()
    group: str = ""
    from_on: date | None = None
    until_on: date | None = None
    text: str = ""
    wallet_id: int | None = None
    team_id: int | None = None
    zone: str = "UTC"

    @classmethod
    def parse(cls, given: Any, *, zone: str = "UTC", team_id: int | None = None) -> "TransactionFilter":
        """From a page's query; what makes no sense is left out."""
        states = tuple(state for state in given.getlist("state") if state in WalletTransaction.State.values)
        group = given.get("group", "")
        return cls(
            states=states,
            group=group if group in WalletTransaction.Group.values else "",
            from_on=_day(given.get("from", "")),
            until_on=_day(given.get("until", "")),
            text=given.get("q", "").strip()[:60],
            wallet_id=int(given["wallet"]) if given.get("wallet", "").isdecimal() else None,
            team_id=team_id,
            zone=zone,
        )

    def as_q(self) -> Q:
        found = Q()
        if self.states:
            found &= Q(state__in=self.states)
        if self.group:
            found &= Q(group=self.group)
        if self.from_on:
            found &= Q(occurred_at__gte=datetime.combine(self.from_on, time.min, ZoneInfo(self.zone)))
        if self.until_on:
            found &= Q(occurred_at__lt=datetime.combine(date.fromordinal(self.until_on.toordinal() + 1), time.min, ZoneInfo(self.zone)))
        if self.wallet_id:
            found &= Q(from_wallet_id=self.wallet_id) | Q(to_wallet_id=self.wallet_id)
        if self.team_id:
            found &= Q(from_team_id=self.team_id) | Q(to_team_id=self.team_id)
        return found & self._text() if self.text else found

    def _text(self) -> Q:
        number = self.text.lstrip("#")
        by_id = Q(pk=int(number)) if number.isdecimal() and len(number) < 19 else Q()
        return by_id | Q(reference_id=number) | Q(kind__startswith=self.text.lower())


def transaction_rows(scope: Scope, *, filters: TransactionFilter, limit: int = 50, offset: int = 0) -> list[TransactionRow]:
    """The transactions with a side in scope, newest first; each once, though both sides may be in it."""
    rows = _matching(filters).newest_within(scope, limit=limit, offset=offset, order=ORDER)
    return [TransactionRow(*row) for row in rows.values_list(*TransactionRow.columns())]


def transaction_count(scope: Scope, *, filters: TransactionFilter, limit: int) -> int:
    """How many, counted up to `limit`."""
    return _matching(filters).count_within(scope, limit=limit)


def _matching(filters: TransactionFilter) -> ScopedQuerySet[WalletTransaction]:
    return cast(ScopedQuerySet[WalletTransaction], WalletTransaction.objects.filter(filters.as_q()))


def transactions_about(reference_type: str, reference_id: object, *, scope: Scope | None = None) -> list[TransactionRow]:
    """Every transaction about one thing (a charge, a transaction), oldest first; with `scope`, those with a side in it."""
    rows = WalletTransaction.objects.filter(reference_type=reference_type, reference_id=str(reference_id)).order_by("id")
    if scope is not None:
        rows = cast(ScopedQuerySet[WalletTransaction], rows).within(scope)
    return [TransactionRow(*row) for row in rows.values_list(*TransactionRow.columns())]


@dataclass(frozen=True, slots=True)
class LegRow:
    code: str
    account: str
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry with its postings."""

    id: int
    key: str
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    booked_on: date
    transaction_id: int | None
    legs: tuple[LegRow, ...]


def entries_of(*, transaction_ids: Iterable[int] = (), hold: str | None = None) -> list[EntryRow]:
    """The entries of these transactions and those of the holds whose key begins with `hold`, oldest first, with their postings."""
    wanted = Q(transaction_id__in=list(transaction_ids))
    if hold is not None:
        wanted |= Q(key=f"hold:{hold}") | Q(key__startswith=f"hold:{hold}:") | Q(key__startswith=f"release:{hold}:")
    entries = (
        Entry.objects.filter(wanted)
        .order_by("id")
        .prefetch_related("postings__account__wallet__team", "postings__account__wallet__operator_owner")
    )
    return [_entry_row(entry) for entry in entries]


def _entry_row(entry: Entry) -> EntryRow:
    legs = tuple(
        LegRow(leg.account.code, _account_name(leg.account), leg.minor, leg.currency)
        for leg in sorted(entry.postings.all(), key=lambda leg: leg.pk)
    )
    return EntryRow(entry.pk, entry.key, entry.kind, entry.occurred_at, entry.recorded_at, entry.booked_on, entry.transaction_id, legs)


def _account_name(account: Any) -> str:
    owner = account.wallet and (account.wallet.team or account.wallet.operator_owner)
    return f"{owner.name if owner else account.name} · {account.get_kind_display()}"


def refunded(transaction_id: int) -> Decimal:
    """How many per cent of a transaction have been refunded."""
    total = WalletTransaction.objects.filter(
        reference_type="TRANSACTION", reference_id=str(transaction_id), refund_percentage__isnull=False
    ).aggregate(sum=Sum("refund_percentage"))["sum"]
    return total or Decimal(0)


def refunds_of(transaction_ids: Iterable[int]) -> list[int]:
    """The ids of the transactions that refund these, oldest first."""
    references = [str(id) for id in transaction_ids]
    found = WalletTransaction.objects.filter(reference_type="TRANSACTION", reference_id__in=references, refund_percentage__isnull=False)
    return list(found.order_by("id").values_list("id", flat=True))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
