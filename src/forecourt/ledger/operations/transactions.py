"""Wallet transactions with their entries, hundreds at a time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from forecourt.kit.operations import operation
from forecourt.ledger import queries, rules
from forecourt.ledger.operations import holds, posting
from forecourt.ledger.operations.copying import copy_rows
from forecourt.ledger.operations.wallets import platform_accounts
from forecourt.ledger.queries import Rate, WalletFacts
from forecourt.ledger.rules import Amount, Leg, NewEntry, NewTransaction, Overdrawn, Sides

_COLUMNS = (
    "id", "state", '"group"', "kind", "reference_type", "reference_id",
    "from_wallet_id", "from_organisation_id", "from_operator_id", "from_team_id", "from_minor", "from_net_minor", "from_vat_minor", "from_currency",
    "to_wallet_id", "to_organisation_id", "to_operator_id", "to_team_id", "to_minor", "to_net_minor", "to_vat_minor", "to_currency",
    "exchange_rate", "rate_on", "from_rounding", "to_rounding", "vat_rate", "note", "performed_by_id", "metadata", "refund_percentage",
    "occurred_at", "completed_at", "created_at",
)  # fmt: skip  # in the order of `_row`
_NEXT_IDS = "SELECT nextval('ledger_wallettransaction_id_seq') FROM generate_series(1, %s)"


@dataclass(frozen=True, slots=True)
class _Planned:
    """A new transaction with everything found out for it."""

    given: NewTransaction
    sides: Sides
    payer: WalletFacts | None
    payee: WalletFacts | None
    entry: NewEntry


@operation
def record_transactions(transactions: Sequence[NewTransaction], *, at: datetime, release: Sequence[str] = ()) -> list[int]:
    """
    Record complete transactions, each with its entry, all or none; first give back what is held under the keys `release`.
    Returns the ids in order. A key recorded with the same request returns its transaction and moves nothing.

    Runs beside itself: the unique key of the entry claims a transaction; credit and reserved accounts are locked first,
    in id order. Two currencies pass the pair's clearing accounts at the rate of the day it occurred.

    :raises RateMissing: if two currencies have no rate on or before that day.
    :raises KeyReused: if a key is recorded with another request.
    :raises Overdrawn: if a transaction that must be covered is not.
    """
    hashes = posting.request_hashes((new.key, new.request()) for new in transactions)
    found = posting.recorded(hashes)
    new = list({given.key: given for given in transactions if given.key not in found}.values())
    planned = _plan(new, at=at)
    released = holds.claim(release, at=at)
    credit = _lock_credit(planned, [*released.values()])
    ids = posting.insert_entries([plan.entry for plan in planned], hashes, at=at)
    mine = [plan for plan in planned if plan.given.key in ids]
    copy_rows("ledger_wallettransaction", _COLUMNS, (_row(plan, at) for plan in mine))
    back = holds.entries_back(released, at=at)
    back_ids = posting.insert_entries(back, posting.request_hashes((entry.key, entry.request()) for entry in back), at=at)
    entries = _with_legs(mine, credit | _returned(released, credit))
    moved = [*back, *entries]
    _check_cover(mine, back, moved)
    posting.insert_postings(moved, ids | back_ids)
    return _ids(transactions, mine, found, hashes)


def _plan(new: Sequence[NewTransaction], *, at: datetime) -> list[_Planned]:
    if not new:
        return []
    facts = queries.wallet_facts(id for given in new for id in (given.from_wallet_id, given.to_wallet_id) if id)
    rates = queries.rates_on(wanted for given in new if not given.sides for wanted in _rates_wanted(given, facts))
    planned = []
    for given, id in zip(new, _next_ids(len(new)), strict=True):
        payer, payee = facts.get(given.from_wallet_id or 0), facts.get(given.to_wallet_id or 0)
        seller = payee or payer
        booked = rules.booked_on(given.occurred_at, at, seller.time_zone if seller else "UTC")
        entry = NewEntry(given.key, given.kind, (), given.occurred_at, booked, transaction_id=id)
        planned.append(_Planned(given, given.sides or _sides(given, payer, payee, rates), payer, payee, entry))
    return planned


def _currencies(given: NewTransaction, payer: WalletFacts | None, payee: WalletFacts | None) -> tuple[str, str]:
    """The currencies of the two sides: the wallets' own; a side outside the platform has the other's."""
    out = payer or payee
    into = payee or payer
    return (out.currency if out else given.amount.currency), (into.currency if into else given.amount.currency)


def _rates_wanted(given: NewTransaction, facts: Mapping[int, WalletFacts]) -> Iterable[tuple[str, str, date]]:
    out, into = _currencies(given, facts.get(given.from_wallet_id or 0), facts.get(given.to_wallet_id or 0))
    day = given.occurred_at.date()
    agreed = given.amount.currency
    return [(base, quote, day) for base, quote in {(agreed, out), (agreed, into), (out, into)} if base != quote]


def _sides(
    given: NewTransaction, payer: WalletFacts | None, payee: WalletFacts | None, rates: Mapping[tuple[str, str, date], Rate]
) -> Sides:
    out, into = _currencies(given, payer, payee)
    day, agreed = given.occurred_at.date(), given.amount.currency
    if agreed == out == into:
        return Sides(given.amount, given.amount)
    known = {(agreed, agreed): Rate(Decimal(1), day)} | {(base, quote): rate for (base, quote, on), rate in rates.items() if on == day}
    from_amount, from_added = rules.converted(given.amount, out, known[agreed, out].rate)
    to_amount, to_added = rules.converted(given.amount, into, known[agreed, into].rate)
    between = known[out, into] if out != into else Rate(Decimal(1), known[agreed, out].on)
    return Sides(from_amount, to_amount, between.rate, between.on, from_added, to_added)


def _lock_credit(planned: Sequence[_Planned], released: Sequence[holds.Claimed]) -> dict[int, int]:
    """Lock the limited accounts of this post: the credit of those who spend or get it, what is held. Credit account → its balance."""
    spends = {plan.payer.credit_id for plan in planned if plan.payer and plan.given.spends_credit}
    back = {
        id for claimed in released for id in ((claimed.reserved_id, claimed.credit_id) if claimed.credit_minor else (claimed.reserved_id,))
    }
    given = {plan.payee.credit_id for plan in planned if plan.payee and plan.given.into_credit_minor}
    balances = posting.lock_balances(spends | back | given) if spends | back | given else {}
    return {account: balances[account] for account in spends}


def _returned(released: Mapping[str, holds.Claimed], credit: Mapping[int, int]) -> dict[int, int]:
    """The credit that can be spent, with what the released holds give back."""
    spendable = dict(credit)
    for claimed in released.values():
        if claimed.credit_id in spendable:
            spendable[claimed.credit_id] += claimed.credit_minor
    return spendable


def _with_legs(planned: Sequence[_Planned], credit: dict[int, int]) -> list[NewEntry]:
    accounts = platform_accounts(key for plan in planned for key in _platform_keys(plan))
    entries = [replace(plan.entry, legs=_legs(plan, accounts, credit)) for plan in planned]
    for entry in entries:
        rules.check_balanced(entry)
    return entries


def _platform_keys(plan: _Planned) -> list[tuple[str, str, str]]:
    out, into = plan.sides.out.currency, plan.sides.into.currency
    outside = [("external", plan.given.external, out)] if not (plan.payer and plan.payee) else []
    return outside + ([("clearing", rules.pair(out, into), currency) for currency in (out, into)] if out != into else [])


def _legs(plan: _Planned, accounts: Mapping[tuple[str, str, str], int], credit: dict[int, int]) -> tuple[Leg, ...]:
    out, into = plan.sides.out, plan.sides.into
    clearing: tuple[Leg, ...] = ()
    if out.currency != into.currency:
        name = rules.pair(out.currency, into.currency)
        clearing = (
            Leg(accounts["clearing", name, out.currency], out.gross, out.currency),
            Leg(accounts["clearing", name, into.currency], -into.gross, into.currency),
        )
    return rules.legs(*_out_legs(plan, out, accounts, credit), *clearing, *_into_legs(plan, into, accounts))


def _out_legs(plan: _Planned, out: Amount, accounts: Mapping[tuple[str, str, str], int], credit: dict[int, int]) -> list[Leg]:
    if plan.payer is None:
        return [Leg(accounts["external", plan.given.external, out.currency], -out.gross, out.currency)]
    from_credit = 0
    if plan.given.spends_credit:
        from_credit = min(out.gross, max(0, credit[plan.payer.credit_id]))
        credit[plan.payer.credit_id] -= from_credit
    return [Leg(plan.payer.credit_id, -from_credit, out.currency), Leg(plan.payer.funds_id, from_credit - out.gross, out.currency)]


def _into_legs(plan: _Planned, into: Amount, accounts: Mapping[tuple[str, str, str], int]) -> list[Leg]:
    if plan.payee is None:
        return [Leg(accounts["external", plan.given.external, into.currency], into.gross, into.currency)]
    to_credit = plan.given.into_credit_minor
    return [Leg(plan.payee.credit_id, to_credit, into.currency), Leg(plan.payee.funds_id, into.gross - to_credit, into.currency)]


def _check_cover(planned: Sequence[_Planned], back: Sequence[NewEntry], moved: Sequence[NewEntry]) -> None:
    """
    Locks every account of the post where somebody must have the money: two payments in opposite directions follow each other.

    :raises Overdrawn: if a payer who must have the money, and may not go below zero, has too little.
    """
    must = [plan for plan in planned if plan.given.must_cover and plan.payer and not plan.payer.may_go_negative]
    if not must:
        return
    funds = posting.lock_balances(rules.by_account(moved))
    for account, gain in rules.by_account(back).items():
        funds[account] = funds.get(account, 0) + gain
    for plan in must:
        if plan.payer:
            funds[plan.payer.funds_id] -= plan.sides.out.gross
            if funds[plan.payer.funds_id] < 0:
                raise Overdrawn(_("There is not enough money in the wallet for this."), wallet_id=plan.payer.id)


def _row(plan: _Planned, at: datetime) -> tuple[object, ...]:
    given, sides = plan.given, plan.sides
    return (
        plan.entry.transaction_id, "complete", given.group, given.kind, given.reference_type, given.reference_id,
        *_side(plan.payer, sides.out), *_side(plan.payee, sides.into),
        sides.rate, sides.rate_on, sides.out_rounding, sides.into_rounding,
        given.vat_rate, given.note, given.performed_by_id, None if given.metadata is None else json.dumps(given.metadata),
        given.refund_percentage, given.occurred_at, at, at,
    )  # fmt: skip


def _side(wallet: WalletFacts | None, amount: Amount) -> tuple[object, ...]:
    whose = (wallet.id, wallet.organisation_id, wallet.operator_id, wallet.team_id) if wallet else (None,) * 4
    return (*whose, amount.gross, amount.net, amount.vat, amount.currency)


def _next_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_IDS, [count])
        return [id for (id,) in cursor.fetchall()]


def _ids(
    transactions: Sequence[NewTransaction], mine: Sequence[_Planned], found: dict[str, tuple[int, int | None]], hashes: dict[str, bytes]
) -> list[int]:
    ids = {key: transaction for key, (_entry, transaction) in found.items()} | {plan.given.key: plan.entry.transaction_id for plan in mine}
    elsewhere = {key: digest for key, digest in hashes.items() if key not in ids}  # recorded beside us since we looked
    ids |= {key: transaction for key, (_entry, transaction) in posting.recorded(elsewhere).items()}
    return [ids[given.key] or 0 for given in transactions]
