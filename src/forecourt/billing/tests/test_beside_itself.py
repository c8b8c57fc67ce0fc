"""Real commits: the same charges settled by several workers at once."""

import threading
from datetime import UTC, datetime

from django.db import connection

from forecourt.billing import operations as billing
from forecourt.billing.models import Settlement
from forecourt.billing.tests.factories import make_agreement, make_stopped_charge
from forecourt.ledger import operations as ledger
from forecourt.ledger import queries as books
from forecourt.ledger.models import WalletTransaction
from forecourt.ledger.rules import Hold
from forecourt.ledger.tests.factories import give_funds, make_wallet
from forecourt.network.tests.factories import make_charge_point
from forecourt.operators.tests.factories import make_operator
from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.tests.factories import make_team

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_charges_settled_by_four_workers_at_once_are_settled_once(own_database):
    operator = make_operator("Northwind")
    hotel, harbour = make_team("Hotel", operator), make_team("Harbour", operator)
    version = make_price_group("Public", hotel, components=({"type": "kwh", "price": "2"},)).current_version
    make_agreement(operator, operator, percentage=3)
    wallet = make_wallet(harbour)
    give_funds(wallet, 100_000)
    point = make_charge_point("P1", hotel)
    ids = [make_stopped_charge(point, payer=harbour, version=version).pk for _ in range(20)]
    ledger.hold_many([Hold(f"charge:{id}", wallet.pk, 5000) for id in ids], at=AT)
    settled = in_four_threads(lambda number: billing.settle(ids[number:] + ids[:number], at=AT))
    assert sorted(id for found in settled for id in found) == ids
    assert Settlement.objects.count() == 20
    assert WalletTransaction.objects.filter(group="charge").count() == 40
    assert books.balances([wallet.pk])[wallet.pk] == books.Balance(60_000, 0, 0, "DKK")
    assert books.problems() == []


def in_four_threads(work):
    barrier, results = threading.Barrier(4), []

    def run(number):
        try:
            barrier.wait()
            results.append(work(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return results
