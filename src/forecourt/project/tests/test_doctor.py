from datetime import UTC, datetime

from forecourt.kit.guards import append_only_tables
from forecourt.kit.models import OutboxRow
from forecourt.project import doctor

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_healthy_installation_is_well(db, as_product_role, capsys):
    assert doctor.run() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All is well."


def test_books_that_somebody_changed_are_found(cast, capsys):
    from forecourt.ledger.tests.factories import give_funds, make_wallet

    wallet = make_wallet(cast.harbour)
    give_funds(wallet, 1000)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE account_balance SET minor = minor + 1 WHERE minor = 1000")
    assert list(doctor.books()) != []


def test_what_was_set_aside_and_what_waits_too_long_is_told(db):
    OutboxRow.objects.create(kind="x", reaction="y", payload={}, set_aside_at=AT, error="no")
    OutboxRow.objects.create(kind="x", reaction="y", payload={}, created_at=AT)
    assert [line.split(":")[0] for line in doctor.outbox()] == [
        "1 events were set aside", "1 events have waited for more than two minutes",
    ]  # fmt: skip


def test_the_owner_of_the_tables_is_told_that_no_guard_holds_for_him(db):
    assert len(list(doctor.guards())) == len(append_only_tables())
