"""
Pure bookkeeping: balanced entries, request hashes, currency conversion, the day an entry counts for.

Signs: a positive leg raises an account's balance; a wallet's balance is what the platform owes its owner.
Tables with every case: `docs/domains/ledger.md`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from forecourt.kit.errors import DomainError
from forecourt.kit.money import Money, exponent

RATE_PLACES = Decimal(1).scaleb(-10)
HUNDRED = Decimal(100)

# Account codes for the bookkeeper's export: docs/domains/ledger.md, "Chart of accounts".
CODES = {
    "external": "1100",
    "operator_funds": "2110", "operator_credit": "2120", "operator_reserved": "2130",
    "team_funds": "2210", "team_credit": "2220", "team_reserved": "2230",
    "clearing": "2900",
}  # fmt: skip


class Unbalanced(DomainError):
    """The legs of an entry do not sum to zero in every currency, or there are none."""

    code, status = "entry_unbalanced", 409


class KeyReused(DomainError):
    """The key is recorded with another request (guarantees.md §2.2: equal → exists, different → error)."""

    code, status = "key_reused", 409


class Overdrawn(DomainError):
    """The wallet has too little for this, or an account that may not go below zero would."""

    code, status = "insufficient_funds", 409


class RateMissing(DomainError):
    """No exchange rate between the two currencies is known on or before the day."""

    code, status = "exchange_rate_missing", 409


class RefundTooLarge(DomainError):
    """The refunds of a transaction would exceed 100 % of it."""

    code, status = "refund_too_large", 409


@dataclass(frozen=True, slots=True)
class Leg:
    account_id: int
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One balanced movement. `key` is unique for ever; `booked_on` is taken from the two times unless given."""

    key: str
    kind: str
    legs: tuple[Leg, ...]
    occurred_at: datetime
    booked_on: date | None = None
    transaction_id: int | None = None

    def request(self) -> list[object]:
        legs = sorted((leg.account_id, leg.minor, leg.currency) for leg in self.legs)
        return [self.kind, legs, self.occurred_at.isoformat()]


@dataclass(frozen=True, slots=True)
class Amount:
    """Net and VAT in minor units of one currency; gross is their sum."""

    net: int
    vat: int
    currency: str

    @property
    def gross(self) -> int:
        return self.net + self.vat

    @classmethod
    def plain(cls, minor: int, currency: str) -> "Amount":
        """An amount without VAT."""
        return cls(minor, 0, currency)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a movement, the rate between them (to = from × rate) with its day, and what rounding added to each gross."""

    out: Amount
    into: Amount
    rate: Decimal = Decimal(1)
    rate_on: date | None = None
    out_rounding: Decimal = Decimal(0)
    into_rounding: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """
    A complete movement of money. `amount` is what it is worth in the currency it was agreed in; each side is converted
    to its wallet's currency by the rate of the day it occurred, unless `sides` fixes both (a refund at the original rate).

    One side may be `None`: money from or to `external` (the name of a provider or "manual"). `spends_credit` takes the
    payer's credit first. `must_cover` refuses a payer who lacks funds and may not go negative.
    """

    key: str
    group: str
    kind: str
    amount: Amount
    from_wallet_id: int | None
    to_wallet_id: int | None
    occurred_at: datetime
    vat_rate: Decimal = Decimal(0)
    external: str = ""
    reference_type: str | None = None
    reference_id: str | None = None
    note: str | None = None
    performed_by_id: int | None = None
    metadata: dict[str, Any] | None = field(default=None, hash=False)
    spends_credit: bool = False
    must_cover: bool = False
    sides: Sides | None = None
    into_credit_minor: int = 0
    refund_percentage: Decimal | None = None

    def request(self) -> list[object]:
        amount = [self.amount.net, self.amount.vat, self.amount.currency, str(self.vat_rate.normalize())]
        return [self.kind, amount, self.from_wallet_id, self.to_wallet_id, self.external, self.reference_type, self.reference_id]


@dataclass(frozen=True, slots=True)
class Hold:
    """A wish to hold `minor` of a wallet (its currency) under a key until it is released."""

    key: str
    wallet_id: int
    minor: int


def request_hash(request: Sequence[object]) -> bytes:
    """16 bytes that are the same for the same request and for no other."""
    return hashlib.blake2b(json.dumps(request, separators=(",", ":")).encode(), digest_size=16).digest()


def check_balanced(entry: NewEntry) -> None:
    """:raises Unbalanced: unless there are legs, none is zero, and they sum to zero in every currency."""
    sums: Counter[str] = Counter()
    for leg in entry.legs:
        sums[leg.currency] += leg.minor
    if not entry.legs or any(sums.values()) or not all(leg.minor for leg in entry.legs):
        raise Unbalanced(f"Entry {entry.key} does not balance: {dict(sums)}.", key=entry.key)


def legs(*given: Leg) -> tuple[Leg, ...]:
    """The legs that move something."""
    return tuple(leg for leg in given if leg.minor)


def convert(minor: int, currency: str, into: str, rate: Decimal) -> tuple[int, Decimal]:
    """`minor` of one currency in another at `rate` (one unit of the first in the second): (minor units, what rounding added)."""
    exact = Decimal(minor).scaleb(exponent(into) - exponent(currency)) * rate
    rounded = Money.rounded(exact.scaleb(-exponent(into)), into).minor
    return rounded, (rounded - exact).quantize(RATE_PLACES, rounding=ROUND_HALF_EVEN)


def converted(amount: Amount, into: str, rate: Decimal) -> tuple[Amount, Decimal]:
    """Gross and net are converted, each rounded once; VAT is their difference. Second: what rounding added to the gross."""
    if amount.currency == into:
        return amount, Decimal(0)
    gross, added = convert(amount.gross, amount.currency, into, rate)
    net, _added = convert(amount.net, amount.currency, into, rate) if amount.vat else (gross, added)
    return Amount(net, gross - net, into), added


def inverse(rate: Decimal) -> Decimal:
    return (1 / rate).quantize(RATE_PLACES)


def share(minor: int, percentage: Decimal) -> int:
    """`percentage` per cent of an amount, rounded once."""
    return Money.rounded(Decimal(minor) * percentage / HUNDRED, "ISK").minor  # a currency without decimals: whole units


def booked_on(occurred_at: datetime, recorded_at: datetime, zone: str) -> date:
    """
    The day an entry counts for, in the bookkeeper's zone: the day it happened while that month is open, else the day we heard.

    The open month is the one in which we heard: a replayed old charge books into it (house §4).
    """
    place = ZoneInfo(zone)
    occurred, recorded = occurred_at.astimezone(place).date(), recorded_at.astimezone(place).date()
    return occurred if (occurred.year, occurred.month) == (recorded.year, recorded.month) else recorded


def pair(left: str, right: str) -> str:
    """The name of the clearing accounts between two currencies: alphabetical, “DKK/EUR”."""
    return "/".join(sorted((left, right)))


def by_account(entries: Iterable[NewEntry]) -> dict[int, int]:
    """What each account gains, in account order; accounts that come out even are left out."""
    gains: Counter[int] = Counter()
    for entry in entries:
        for leg in entry.legs:
            gains[leg.account_id] += leg.minor
    return {account: gains[account] for account in sorted(gains) if gains[account]}
