"""The books guard themselves, tried as the product's own database role."""

import pytest
from django.db import DatabaseError, connection, transaction

from forecourt.ledger import operations as ledger
from forecourt.ledger import queries
from forecourt.ledger.models import AccountBalance, Entry, Posting, WalletTransaction
from forecourt.ledger.rules import Leg, NewEntry
from forecourt.ledger.tests.factories import AT, give_credit, give_funds, make_wallet
from forecourt.operators.tests.factories import make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallet(db):
    return make_wallet(make_operator("Northwind"))


@pytest.fixture
def funded(wallet):
    return WalletTransaction.objects.get(pk=give_funds(wallet, 100))


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_posting"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_product_may_not_change_the_books(funded, as_product_role, table, sql):
    with pytest.raises(DatabaseError, match="permission denied"):
        run(sql.format(table))


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_posting"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_even_the_owner_may_not_change_the_books(funded, table, sql):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="append-only"):
        run(sql.format(table))


def test_an_unbalanced_entry_is_refused_at_commit(funded, as_product_role):
    posting = Posting.objects.first()
    sql = "INSERT INTO ledger_posting (entry_id, account_id, minor, currency) VALUES (%s, %s, 1, 'DKK'); SET CONSTRAINTS ALL IMMEDIATE"
    with pytest.raises(DatabaseError, match="does not balance"):
        run(sql, posting.entry_id, posting.account_id)


@pytest.mark.parametrize("sql", ["UPDATE ledger_wallettransaction SET note = 'x'", "DELETE FROM ledger_wallettransaction"])
def test_a_complete_transaction_is_sealed(funded, as_product_role, sql):
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        run(sql)


def test_a_transaction_changes_until_it_is_complete(funded, as_product_role):
    row = WalletTransaction.objects.get()
    row.pk, row.state = None, "pending"
    row.save()
    row.state = "failed"
    row.save(update_fields=["state"])
    assert WalletTransaction.objects.get(pk=row.pk).state == "failed"


def test_a_limited_account_refuses_to_go_below_zero(wallet, as_product_role):
    give_credit(wallet, 5)
    account = queries.wallet_facts([wallet.pk])[wallet.pk].credit_id
    with pytest.raises(DatabaseError, match="overdrawn"), transaction.atomic():
        AccountBalance.objects.filter(pk=account).update(minor=-1)


def test_nothing_is_not_posted(wallet, as_product_role):
    facts = queries.wallet_facts([wallet.pk])[wallet.pk]
    entry = NewEntry("x", "test", (Leg(facts.funds_id, 1, "DKK"), Leg(facts.funds_id, -1, "DKK")), AT)
    [id] = ledger.post_many([entry], at=AT)
    with pytest.raises(DatabaseError, match="posting_is_not_nothing"), transaction.atomic():
        Posting.objects.create(entry=Entry.objects.get(pk=id), account_id=facts.funds_id, minor=0, currency="DKK")


def test_the_proof_finds_a_balance_that_lies(funded):
    account = Posting.objects.filter(minor=100).get().account_id
    AccountBalance.objects.filter(pk=account).update(minor=101)
    assert queries.problems() == [f"account {account}: the balance says 101, its postings sum to 100"]


def test_the_proof_finds_a_transaction_without_an_entry(funded):
    row = WalletTransaction.objects.get()
    row.pk = None
    row.save()
    says = queries.problems()
    assert says[0] == f"wallet transaction {row.pk} is complete but has no entry"
