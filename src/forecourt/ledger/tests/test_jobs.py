"""What the ledger does by itself."""

import logging

import pytest
from django.db import connection

from forecourt.ledger import jobs
from forecourt.ledger.models import Wallet
from forecourt.ledger.tests.factories import give_funds, make_wallet

pytestmark = pytest.mark.django_db


def test_a_team_that_got_its_country_later_gets_its_wallet(cast):
    assert not Wallet.objects.filter(team=cast.harbour).exists()
    assert jobs.open_missing_wallets(0) > 0
    assert Wallet.objects.filter(team=cast.harbour).exists()
    assert jobs.open_missing_wallets(0) == 0


def test_the_proof_is_silent_while_the_books_are_right(cast):
    give_funds(make_wallet(cast.harbour), 100)
    jobs.prove_books(0)


def test_the_proof_fails_and_says_what_is_wrong(cast, caplog):
    give_funds(make_wallet(cast.harbour), 100)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE account_balance SET minor = 99 WHERE minor = 100")
    with caplog.at_level(logging.ERROR), pytest.raises(jobs.BooksOutOfBalance, match="the balance says 99"):
        jobs.prove_books(0)
    assert "the balance says 99" in caplog.text
