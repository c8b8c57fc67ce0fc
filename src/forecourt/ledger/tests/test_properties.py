"""Whatever happens in whatever order: entries are zero, balances are the sums, limited accounts stay above zero. And once, beside itself."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecourt.ledger import operations as ledger
from forecourt.ledger import queries
from forecourt.ledger.models import Account, Entry, WalletTransaction
from forecourt.ledger.rules import Amount, Hold, NewTransaction
from forecourt.ledger.tests.factories import give_credit, give_funds, make_rate, make_wallet
from forecourt.operators.tests.factories import make_operator
from forecourt.teams.tests.factories import make_team

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)

moves = st.tuples(
    st.just("move"), st.integers(0, 3), st.integers(0, 3), st.integers(1, 10**7), st.sampled_from(["DKK", "SEK", "EUR"]), st.booleans()
)
holds = st.tuples(st.just("hold"), st.integers(0, 3), st.integers(0, 5), st.integers(0, 5000))
releases = st.tuples(st.just("release"), st.integers(0, 5))
steps = st.lists(st.one_of(moves, holds, releases), max_size=12)


@pytest.fixture
def wallets(db):
    make_rate("EUR", "DKK", "7.4604")
    make_rate("EUR", "SEK", "10.9183")
    north, nord = make_operator("Northwind"), make_operator("Nord", country="SE")
    found = [make_wallet(make_team("Harbour", north)), make_wallet(north), make_wallet(make_team("Fjord", nord)), make_wallet(nord)]
    for wallet in found:
        give_funds(wallet, 10_000)
        give_credit(wallet, 700)
    return found


@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_the_books_always_balance(wallets, plan):
    with transaction.atomic():
        for number, step in enumerate(plan):
            carry_out(step, number, wallets)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit checks
        assert queries.problems() == []
        assert not Account.objects.filter(is_limited=True, id__in=negative_accounts()).exists()
        transaction.set_rollback(True)


def carry_out(step, number, wallets):
    match step:
        case ("move", out, into, minor, currency, spends_credit) if out != into:
            amount = Amount(minor - minor // 5, minor // 5, currency)
            new = NewTransaction(f"m{number}", "other", "test", amount, wallets[out].pk, wallets[into].pk, AT, spends_credit=spends_credit)
            ledger.record_transactions([new], at=AT, release=[f"h{number % 6}"])
        case ("hold", wallet, key, minor):
            ledger.hold_many([Hold(f"h{key}", wallets[wallet].pk, minor)], at=AT)
        case ("release", key):
            ledger.release_holds([f"h{key}"], at=AT)


def negative_accounts():
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id FROM account_balance WHERE minor < 0")
        return [id for (id,) in cursor.fetchall()]


def beside_itself(work, times=4):
    """Run it in threads of their own, at once; what each gave back or raised."""
    barrier, results = threading.Barrier(times), []

    def run():
        try:
            barrier.wait()
            results.append(work())
        except Exception as error:  # the test looks at it
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return results


def test_the_same_batch_beside_itself_is_recorded_once(own_database):
    payer, owner = make_wallet(make_team("Harbour", make_operator("Northwind"))), make_wallet(make_operator("Eastgate"))
    give_credit(payer, 500)
    ledger.hold_many([Hold(f"h{n}", payer.pk, 0) for n in range(5)], at=AT)
    batch = [
        NewTransaction(f"c{n}", "charge", "test", Amount.plain(10, "DKK"), payer.pk, owner.pk, AT, spends_credit=True) for n in range(100)
    ]
    results = beside_itself(lambda: ledger.record_transactions(batch, at=AT, release=[f"h{n}" for n in range(5)]))
    assert all(result == results[0] for result in results)
    assert len(set(results[0])) == 100
    assert queries.balances([payer.pk])[payer.pk] == queries.Balance(-500, 0, 0, "DKK")
    assert (WalletTransaction.objects.filter(kind="test").count(), Entry.objects.filter(kind="test").count()) == (100, 100)
    assert queries.problems() == []


def test_holds_beside_each_other_never_hold_more_than_there_is(own_database):
    wallet = make_wallet(make_team("Harbour", make_operator("Northwind")))
    give_funds(wallet, 1000)
    keys = iter(range(100))
    results = beside_itself(lambda: ledger.hold_many([Hold(f"h{next(keys)}", wallet.pk, 300) for _ in range(2)], at=AT))
    assert sorted(answer for result in results for answer in result) == [False] * 5 + [True] * 3
    assert queries.balances([wallet.pk])[wallet.pk] == queries.Balance(100, 0, 900, "DKK")


def test_starts_and_settlements_of_one_payer_do_not_wait_for_each_other_for_ever(own_database):
    payer, owner = make_wallet(make_team("Harbour", make_operator("Northwind"))), make_wallet(make_operator("Eastgate"))
    give_funds(payer, 1_000_000)
    give_credit(payer, 50_000)
    keys = iter(range(10_000))

    def charge():
        for _ in range(25):
            key = f"h{next(keys)}"
            ledger.hold_many([Hold(key, payer.pk, 700)], at=AT)
            paid = NewTransaction(f"pay:{key}", "charge", "test", Amount.plain(600, "DKK"), payer.pk, owner.pk, AT, spends_credit=True)
            ledger.record_transactions([paid], at=AT, release=[key])

    assert beside_itself(charge) == [None] * 4
    assert queries.balances([payer.pk])[payer.pk] == queries.Balance(990_000, 0, 0, "DKK")
    assert queries.problems() == []


def test_payments_in_opposite_directions_follow_each_other(own_database):
    north = make_operator("Northwind")
    one, other = make_wallet(make_team("Harbour", north)), make_wallet(make_team("Hotel", north))
    for wallet in (one, other):
        give_funds(wallet, 1_000_000)
    keys = iter(range(10_000))

    def pay():
        for _ in range(25):
            number = next(keys)
            out, into = (one, other) if number % 2 else (other, one)
            paid = NewTransaction(f"pay:{number}", "other", "test", Amount.plain(5, "DKK"), out.pk, into.pk, AT, must_cover=True)
            ledger.record_transactions([paid], at=AT)

    assert beside_itself(pay) == [None] * 4
    assert queries.problems() == []
