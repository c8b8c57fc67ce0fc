"""Deposits, adjustments, refunds, rates."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.ledger import operations as ledger
from forecourt.ledger import queries
from forecourt.ledger.models import ExchangeRate, WalletTransaction
from forecourt.ledger.rules import Amount, NewTransaction, Overdrawn, RateMissing, RefundTooLarge
from forecourt.ledger.tests.factories import AT, give_credit, give_funds, make_rate, make_wallet

pytestmark = pytest.mark.django_db
KEY = UUID(int=7)
SYSTEM = Actor.system("test")


@pytest.fixture
def payer(cast):
    return make_wallet(cast.harbour)


@pytest.fixture
def owner(cast):
    return make_wallet(cast.hotel)


@pytest.fixture
def paid(payer, owner):
    """Harbour paid DKK 10.01 to Hotel, 3.00 of it from credit."""
    give_credit(payer, 300)
    new = NewTransaction(
        "c", "charge", "charge-professional", Amount(801, 200, "DKK"), payer.pk, owner.pk, AT, Decimal("0.25"), spends_credit=True
    )
    return WalletTransaction.objects.get(pk=ledger.record_transactions([new], at=AT)[0])


def refund(paid, percentage, note="Broken", key=None):
    return ledger.refund(actor=SYSTEM, transaction=paid, percentage=Decimal(percentage), note=note, key=key or uuid4(), at=AT)


def test_a_refund_that_is_sent_twice_is_paid_once(paid):
    first = refund(paid, "30", key=UUID(int=1))
    assert refund(paid, "30", key=UUID(int=1)) == first
    assert queries.refunded(paid.pk) == 30
    with pytest.raises(ledger.KeyReused):
        refund(paid, "40", key=UUID(int=1))
    refund(paid, "30", key=UUID(int=2))
    assert queries.refunded(paid.pk) == 60


def test_a_deposit_is_once_per_form(payer):
    for _twice in range(2):
        row = ledger.deposit(actor=SYSTEM, wallet=payer, minor=5000, note="Bank transfer 17", key=KEY, at=AT)
    assert (row.group, row.kind, row.from_wallet_id, row.to_minor, row.note) == (
        "deposit",
        "deposit-manual",
        None,
        5000,
        "Bank transfer 17",
    )
    assert queries.balances([payer.pk])[payer.pk].funds_minor == 5000


@pytest.mark.parametrize(("minor", "note"), [(0, "x"), (-1, "x"), (100, " ")])
def test_a_deposit_needs_an_amount_and_a_note(payer, minor, note):
    with pytest.raises(Invalid):
        ledger.deposit(actor=SYSTEM, wallet=payer, minor=minor, note=note, key=KEY, at=AT)
    assert WalletTransaction.objects.count() == 0


def test_an_adjustment_moves_what_is_there_and_no_more(payer, owner):
    give_funds(payer, 1000)
    row = ledger.adjust(actor=SYSTEM, from_wallet=payer, to_wallet=owner, minor=600, currency="DKK", note="Agreed", key=KEY, at=AT)
    assert (row.kind, row.reference_type, queries.balances([owner.pk])[owner.pk].funds_minor) == ("operator-adjustment", "WALLET", 600)
    with pytest.raises(Overdrawn):
        ledger.adjust(actor=SYSTEM, from_wallet=payer, to_wallet=owner, minor=600, currency="DKK", note="Again", key=UUID(int=8), at=AT)


def test_refunds_come_to_the_original_to_the_last_unit(paid, payer, owner):
    rows = [refund(paid, percentage) for percentage in ("33.33", "33.33", "33.34")]
    assert [(row.from_minor, row.from_net_minor, row.from_vat_minor) for row in rows] == [(334, 267, 67), (333, 267, 66), (334, 267, 67)]
    assert queries.balances([payer.pk, owner.pk]) == {
        payer.pk: queries.Balance(0, 300, 0, "DKK"),
        owner.pk: queries.Balance(0, 0, 0, "DKK"),
    }
    assert queries.problems() == []


def test_no_more_than_all_is_refunded(paid):
    refund(paid, "60")
    with pytest.raises(RefundTooLarge):
        refund(paid, "40.01")
    assert queries.refunded(paid.pk) == 60


@pytest.mark.parametrize(("percentage", "note"), [("0", "x"), ("100.01", "x"), ("0.001", "x"), ("10", "")])
def test_a_refund_needs_a_share_and_a_note(paid, percentage, note):
    with pytest.raises(Invalid):
        refund(paid, percentage, note)


def test_a_refund_is_not_refunded_and_an_empty_wallet_does_not_pay_one(paid, owner, payer):
    row = refund(paid, "10")
    with pytest.raises(Invalid):
        refund(row, "10")
    ledger.adjust(actor=SYSTEM, from_wallet=owner, to_wallet=payer, minor=901, currency="DKK", note="All of it", key=KEY, at=AT)
    with pytest.raises(Overdrawn):
        refund(paid, "10")


RATES = "base,quote,on,rate\nEUR,DKK,2026-10-30,7.4604\nEUR,SEK,2026-10-30,10.918\n"


def load(text, **more):
    return ledger.import_rates(actor=SYSTEM, text=text, source="test", at=AT, **more)


def test_rates_are_imported_once_and_read_by_date():
    assert (load(RATES, dry_run=True).created, ExchangeRate.objects.count()) == (2, 0)
    assert (load(RATES).created, load(RATES).skipped) == (2, 2)
    assert queries.rate_on("EUR", "DKK", date(2026, 11, 22)) == Decimal("7.4604")
    assert queries.rate_on("DKK", "EUR", date(2026, 10, 30)) == Decimal("0.1340410702")
    assert queries.rate_on("DKK", "SEK", date(2026, 10, 30)) == Decimal("1.4634604043")
    with pytest.raises(RateMissing):
        queries.rate_on("EUR", "DKK", date(2026, 10, 29))


def test_a_bad_line_stops_the_whole_import_and_is_named():
    make_rate("EUR", "NOK", "11.5", on="2026-10-30")
    bad = RATES + "EUR,NOK,2026-10-30,11.6\nEUR,XXX,2026-13-01,abc\nEUR,EUR,2026-10-30,0\n"
    report = load(bad)
    assert [(line, column) for line, column, _says in report.problems] == [
        (5, "quote"),
        (5, "on"),
        (5, "rate"),
        (6, "quote"),
        (6, "rate"),
        (4, "rate"),
    ]
    assert (report.failed, ExchangeRate.objects.count()) == (3, 1)


def test_a_file_with_other_columns_is_refused():
    with pytest.raises(Invalid):
        load("from,to,rate\n")
