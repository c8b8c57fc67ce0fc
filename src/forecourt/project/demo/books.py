"""The money of the demo: exchange rates, fees, deposits; and settling every charge by the product's own operation."""

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context

from django.db import connections

from forecourt.billing import operations as billing
from forecourt.billing.models import FeeAgreement
from forecourt.ledger import operations as ledger
from forecourt.ledger.models import Wallet
from forecourt.project.demo.people import DEMO, People
from forecourt.teams.models import Team

EURO = {"DKK": Decimal("7.4604"), "SEK": Decimal("11.1875")}
DEPOSITS = {"DKK": 180_000_00, "SEK": 240_000_00, "EUR": 25_000_00}  # a month, minor units
FEE = Decimal("2.5")


def make_rates(*, from_at: datetime, until_at: datetime) -> None:
    """A rate a week for every pair, moving a little around the official one."""
    lines = ["base,quote,on,rate"]
    day, step = from_at.date() - timedelta(days=7), 0
    while day <= until_at.date():
        drift = Decimal(step * 37 % 21 - 10) / 10_000
        lines += [f"{base},{quote},{day},{rate:.6f}" for base, quote, rate in _pairs(drift)]
        day, step = day + timedelta(days=7), step + 1
    ledger.import_rates(actor=DEMO, text="\n".join(lines), source="demo", at=until_at)


def _pairs(drift: Decimal) -> Iterator[tuple[str, str, Decimal]]:
    dkk, sek = EURO["DKK"], EURO["SEK"] * (1 + drift)
    for base, quote, rate in (("EUR", "DKK", dkk), ("EUR", "SEK", sek), ("DKK", "SEK", sek / dkk)):
        yield base, quote, rate
        yield quote, base, 1 / rate


def make_fees(people: People, *, at: datetime) -> None:
    """The platform's transaction fee, and what Nordlys keeps of its customers' income."""
    for name, operator in people.operators.items():
        shares = [(people.platform, FEE)] if name != "Nordlys Charging" else [(people.platform, FEE), (operator, Decimal(3))]
        for beneficiary, percentage in shares:
            billing.agree_fee(
                actor=DEMO, operator=operator, team=None, beneficiary=beneficiary, percentage=percentage, per_kwh=Decimal(0),
                per_charge=Decimal(0), applies_to=FeeAgreement.Scope.PAID, from_at=at, at=at,
            )  # fmt: skip


def make_wallets(people: People, *, at: datetime) -> dict[int, Wallet]:
    """A wallet for every operator and team; by team."""
    for operator in (people.platform, *people.operators.values()):
        ledger.open_wallet(owner=operator, at=at)
    return {team.pk: ledger.open_wallet(owner=team, at=at) for team in Team.objects.select_related("currency", "country")}


def deposit_monthly(people: People, wallets: dict[int, Wallet], *, from_at: datetime, until_at: datetime) -> None:
    """Every customer pays in once a month."""
    at = from_at
    while at < until_at:
        for team in (team for teams in people.teams.values() for team in teams):
            wallet = wallets[team.pk]
            key = uuid.uuid5(uuid.NAMESPACE_URL, f"demo:{team.pk}:{at.date()}")
            ledger.deposit(actor=DEMO, wallet=wallet, minor=DEPOSITS[wallet.currency], note="Bank transfer", key=key, at=at)
        at += timedelta(days=30)


def settle(stopped: Sequence[tuple[datetime, int]]) -> None:
    """
    Settle charges (released at, id), each at the end of its day: the same operation, price rules and ledger as for a charge
    of today. Two processes, as two workers would: while one computes, PostgreSQL works for the other.
    """
    days: dict[datetime, list[int]] = {}
    for released_at, id in stopped:
        days.setdefault(released_at.replace(hour=23, minute=59, second=0, microsecond=0), []).append(id)
    last = max(released_at for released_at, _id in stopped)
    connections.close_all()  # the forks open their own
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("fork")) as pool:
        list(pool.map(_settle, days.values(), (min(at, last) for at in days), chunksize=8))


def _settle(ids: list[int], at: datetime) -> None:
    billing.settle(ids, at=at)
