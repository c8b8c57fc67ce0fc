"""
What a settled charge moves: who pays whom how much, with which VAT. Pure; the tables are in `docs/domains/billing.md`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forecourt.kit.money import Money
from forecourt.ledger.rules import HUNDRED, Amount
from forecourt.pricing.rules import Line, Tariff, Usage

WH_PER_KWH = 1000
PEERS = frozenset({"personal", "private"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """A fee agreement as it applies: `percentage` of the gross price; `per_kwh` and `per_charge` in major units of `currency`."""

    id: int
    operator_id: int
    team_id: int | None
    beneficiary_id: int
    is_platform: bool
    percentage: Decimal
    per_kwh: Decimal
    per_charge: Decimal
    currency: str | None
    is_for_all: bool
    from_at: datetime
    until_at: datetime | None

    def covers(self, *, operator_id: int, team_id: int, at: datetime) -> bool:
        """Whether it holds for this owner at this moment: `[from_at, until_at)`."""
        is_now = self.from_at <= at and (self.until_at is None or at < self.until_at)
        return is_now and self.operator_id == operator_id and self.team_id in (None, team_id)


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee of one agreement, before VAT. Minor units of `currency`."""

    agreement_id: int
    component: str
    beneficiary_id: int
    kind: str
    net: Money


PAYMENT_KINDS = ("charge-p2p", "charge-professional")  # what a payer's wallet pays the owner; `payment_kind` says which


def payment_kind(team_type: str) -> str:
    """Of the owner's team."""
    return f"charge-{suffix(team_type)}"


def suffix(team_type: str) -> str:
    """How the kind of a movement ends: between people, or with a business as the owner (spec §14)."""
    return "p2p" if team_type in PEERS else "professional"


def fees(agreements: Iterable[Agreement], *, gross: Money, energy_wh: int, team_type: str, is_paid: bool) -> Iterator[Fee]:
    """
    The fees that the owner of a charge owes. Each component of each agreement is one fee, rounded once; nothing is left out.

    A share is of the gross price. Agreements for paid charges alone are passed over where nobody paid; those for all
    charges take their fees per kWh and per charge even then (spec §14, `additionalFeeApplicationScope`).
    """
    for agreement in agreements:
        if not (is_paid or agreement.is_for_all):
            continue
        currency = agreement.currency or gross.currency
        amounts = {
            "percentage": Money.rounded(gross.major * agreement.percentage / HUNDRED, gross.currency)
            if is_paid
            else Money.zero(gross.currency),
            "perkwh": Money.rounded(agreement.per_kwh * energy_wh / WH_PER_KWH, currency),
            "starting": Money.rounded(agreement.per_charge, currency),
        }
        for component, net in amounts.items():
            if net.minor > 0:
                yield Fee(agreement.id, component, agreement.beneficiary_id, _kind(agreement, component, team_type), net)


def _kind(agreement: Agreement, component: str, team_type: str) -> str:
    fee = "transaction-fee" if agreement.is_platform else f"operator-{component}-fee"
    return f"charge-{fee}-{suffix(team_type)}"


def with_vat(net: Money, rate: Decimal) -> Amount:
    """A fee is agreed without VAT; VAT comes on top, rounded once."""
    return Amount(net.minor, Money.rounded(net.major * rate, net.currency).minor, net.currency)


def fee_vat_rate(*, seller_country_id: int, buyer_country_id: int, seller_rate: Decimal) -> Decimal:
    """The seller's rate at home; else none: reverse charge inside the EU, outside its scope beyond (spec §14)."""
    return seller_rate if seller_country_id == buyer_country_id else Decimal(0)


@dataclass(frozen=True, slots=True)
class Settled:
    """A charge with its final price: what becomes its lines and its totals. `cost` is tracking only and moves no money."""

    charge_id: int
    usage: Usage
    tariff: Tariff | None
    cost_tariff: Tariff | None
    lines: tuple[Line, ...]
    cost_lines: tuple[Line, ...]
    net: Money
    vat: Money
    gross: Money
    cost: Money | None

    @property
    def is_free(self) -> bool:
        return not self.gross.minor
