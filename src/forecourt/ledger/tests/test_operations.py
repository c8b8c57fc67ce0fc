"""Posting, transactions, holds: what moves, once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from forecourt.access import Actor
from forecourt.ledger import operations as ledger
from forecourt.ledger import queries
from forecourt.ledger.models import Account, Entry, Posting, WalletTransaction
from forecourt.ledger.rules import Amount, Hold, KeyReused, Leg, NewEntry, NewTransaction, Overdrawn, RateMissing, Unbalanced
from forecourt.ledger.tests.factories import AT, give_credit, give_funds, make_rate, make_wallet
from forecourt.operators.tests.factories import make_operator
from forecourt.teams.operations import TeamIsNeeded, delete_team
from forecourt.teams.tests.factories import make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return make_operator("Northwind")


@pytest.fixture
def payer(operator):
    return make_wallet(make_team("Harbour", operator))


@pytest.fixture
def owner(operator):
    return make_wallet(make_team("Hotel", operator))


@pytest.fixture
def swede():
    return make_wallet(make_team("Fjord", make_operator("Nord", country="SE")))


def movement(payer, owner, gross, *, key="charge:1", net=None, currency="DKK", **more):
    net = gross if net is None else net
    return NewTransaction(key, "charge", "charge-professional", Amount(net, gross - net, currency), payer.pk, owner.pk, AT, **more)


def funds(wallet):
    return queries.balances([wallet.pk])[wallet.pk].funds_minor


def test_a_wallet_is_opened_once_with_three_accounts(operator):
    wallet = ledger.open_wallet(owner=operator, at=AT)
    assert ledger.open_wallet(owner=operator, at=AT) == wallet
    accounts = Account.objects.filter(wallet=wallet).order_by("id").values_list("kind", "code", "is_limited", "currency")
    assert list(accounts) == [("funds", "2110", False, "DKK"), ("credit", "2120", True, "DKK"), ("reserved", "2130", True, "DKK")]


def test_a_transaction_moves_money_and_names_both_sides(payer, owner):
    give_funds(payer, 10_000)
    [id] = ledger.record_transactions([movement(payer, owner, 7491, net=5993, vat_rate=Decimal("0.25"))], at=AT)
    row = WalletTransaction.objects.get(pk=id)
    assert (row.from_team_id, row.to_team_id, row.from_minor, row.to_net_minor, row.to_vat_minor) == (
        payer.team_id,
        owner.team_id,
        7491,
        5993,
        1498,
    )
    assert (funds(payer), funds(owner)) == (2509, 7491)
    assert queries.problems() == []


def test_the_same_key_and_request_is_once(payer, owner):
    first = ledger.record_transactions([movement(payer, owner, 500)], at=AT)
    assert ledger.record_transactions([movement(payer, owner, 500), movement(payer, owner, 500)], at=AT) == first * 2
    assert (funds(payer), Entry.objects.count(), WalletTransaction.objects.count()) == (-500, 1, 1)


def test_the_same_key_with_another_request_is_refused(payer, owner):
    ledger.record_transactions([movement(payer, owner, 500)], at=AT)
    with pytest.raises(KeyReused):
        ledger.record_transactions([movement(payer, owner, 501)], at=AT)
    assert funds(payer) == -500


def test_an_unbalanced_entry_is_refused(payer, owner):
    entry = entry_between(payer, owner, 100)
    with pytest.raises(Unbalanced):
        ledger.post_many([replace(entry, legs=(*entry.legs, Leg(entry.legs[0].account_id, 1, "DKK")))], at=AT)
    assert Entry.objects.count() == 0


def entry_between(payer, owner, minor, *, key="entry:1", account="funds_id"):
    facts = queries.wallet_facts([payer.pk, owner.pk])
    legs = (Leg(getattr(facts[payer.pk], account), -minor, "DKK"), Leg(facts[owner.pk].funds_id, minor, "DKK"))
    return NewEntry(key, "test", legs, AT)


def test_post_many_is_once_and_refuses_another_request(payer, owner):
    entry = entry_between(payer, owner, 100)
    assert ledger.post_many([entry], at=AT) == ledger.post_many([entry, entry], at=AT)[:1]
    with pytest.raises(KeyReused):
        ledger.post_many([entry_between(payer, owner, 99)], at=AT)
    assert (funds(payer), funds(owner)) == (-100, 100)


def test_a_limited_account_is_never_overdrawn(payer, owner):
    give_credit(payer, 50)
    with pytest.raises(Overdrawn):
        ledger.post_many([entry_between(payer, owner, 51, account="credit_id")], at=AT)
    assert queries.balances([payer.pk])[payer.pk].credit_minor == 50


def test_credit_is_spent_first_and_shared_out_within_a_batch(payer, owner):
    give_credit(payer, 150)
    give_funds(payer, 1000)
    ledger.record_transactions([movement(payer, owner, 100, key=f"charge:{n}", spends_credit=True) for n in range(3)], at=AT)
    assert queries.balances([payer.pk])[payer.pk] == queries.Balance(850, 0, 0, "DKK")
    assert funds(owner) == 300
    assert queries.problems() == []


def test_two_currencies_pass_the_clearing_accounts(payer, swede):
    """The worked example of docs/domains/ledger.md."""
    make_rate("DKK", "SEK", "1.4617", on="2026-10-30")
    make_rate("DKK", "SEK", "1.5", on="2026-11-02")
    [id] = ledger.record_transactions([movement(payer, swede, 12_345, net=9876, vat_rate=Decimal("0.25"))], at=AT)
    row = WalletTransaction.objects.get(pk=id)
    assert (row.from_minor, row.to_minor, row.to_net_minor, row.to_vat_minor) == (12_345, 18_045, 14_436, 3_609)
    assert (row.exchange_rate, str(row.rate_on), row.to_rounding, row.from_rounding) == (
        Decimal("1.4617"),
        "2026-10-30",
        Decimal("0.3135"),
        0,
    )
    clearing = Posting.objects.filter(account__kind="clearing").order_by("currency").values_list("account__name", "currency", "minor")
    assert list(clearing) == [("DKK/SEK", "DKK", 12_345), ("DKK/SEK", "SEK", -18_045)]
    assert queries.problems() == []


def test_a_price_in_the_owners_currency_is_exact_for_the_owner(payer, swede):
    make_rate("EUR", "DKK", "7.46")
    make_rate("EUR", "SEK", "11.19")
    [id] = ledger.record_transactions([movement(payer, swede, 10_000, currency="SEK")], at=AT)
    row = WalletTransaction.objects.get(pk=id)
    assert (row.from_minor, row.to_minor) == (6667, 10_000)
    assert row.exchange_rate == Decimal("1.5")


def test_without_a_rate_nothing_is_recorded(payer, swede):
    make_rate("DKK", "SEK", "1.5", on="2026-11-02")
    with pytest.raises(RateMissing):
        ledger.record_transactions([movement(payer, swede, 100)], at=AT)
    assert (Entry.objects.count(), WalletTransaction.objects.count()) == (0, 0)


def test_a_payer_who_must_cover_is_refused(payer, owner):
    give_funds(payer, 99)
    with pytest.raises(Overdrawn):
        ledger.record_transactions([movement(payer, owner, 100, must_cover=True)], at=AT)


def test_holds_take_credit_first_and_stop_where_the_money_ends(payer):
    give_credit(payer, 30)
    give_funds(payer, 100)
    answers = ledger.hold_many([Hold("a", payer.pk, 50), Hold("b", payer.pk, 90), Hold("c", payer.pk, 80)], at=AT)
    assert answers == [True, False, True]
    assert queries.balances([payer.pk])[payer.pk] == queries.Balance(0, 0, 130, "DKK")
    assert queries.problems() == []


def test_a_hold_is_once_and_so_is_its_release(payer):
    give_credit(payer, 30)
    give_funds(payer, 100)
    assert ledger.hold_many([Hold("a", payer.pk, 50)], at=AT) == ledger.hold_many([Hold("a", payer.pk, 50)], at=AT) == [True]
    ledger.release_holds(["a", "unknown"], at=AT)
    ledger.release_holds(["a"], at=AT)
    assert queries.balances([payer.pk])[payer.pk] == queries.Balance(100, 30, 0, "DKK")
    assert queries.problems() == []


def test_who_may_go_negative_is_held_below_zero(operator):
    team = make_team("Housing", operator, payment_method="operator_transaction")
    wallet = make_wallet(team)
    assert ledger.hold_many([Hold("a", wallet.pk, 50)], at=AT) == [True]
    assert queries.balances([wallet.pk])[wallet.pk] == queries.Balance(-50, 0, 50, "DKK")


def test_settling_gives_the_hold_back_in_the_same_post(payer, owner):
    give_credit(payer, 30)
    give_funds(payer, 100)
    ledger.hold_many([Hold("charge:1", payer.pk, 100)], at=AT)
    for _twice in range(2):
        ledger.record_transactions([movement(payer, owner, 40, spends_credit=True)], at=AT, release=["charge:1"])
    assert queries.balances([payer.pk])[payer.pk] == queries.Balance(90, 0, 0, "DKK")
    assert queries.problems() == []


def test_a_replayed_old_charge_books_into_the_open_month(payer, owner):
    old = replace(movement(payer, owner, 5), occurred_at=datetime(2026, 9, 3, tzinfo=UTC))
    near = replace(movement(payer, owner, 5, key="charge:2"), occurred_at=AT - timedelta(minutes=1))
    ids = ledger.record_transactions([old, near], at=AT)
    booked = dict(Entry.objects.values_list("transaction_id", "booked_on"))
    assert [str(booked[id]) for id in ids] == ["2026-11-01", "2026-11-01"]


def test_an_operators_statement_shows_each_balance_after_its_posting(payer, owner):
    give_funds(payer, 100)
    ledger.record_transactions([movement(payer, owner, 40)], at=AT)
    assert [(row.minor, row.balance_minor) for row in queries.statement(payer.pk)] == [(-40, 60), (100, 100)]


@pytest.mark.parametrize("give", [give_funds, give_credit])
def test_a_team_with_something_in_its_wallet_is_not_deleted(owner, give):
    wallet = make_wallet(owner.team)
    give(wallet, 1)
    with pytest.raises(TeamIsNeeded, match="not empty"):
        delete_team(actor=Actor.system("test"), team=owner.team, at=AT)
