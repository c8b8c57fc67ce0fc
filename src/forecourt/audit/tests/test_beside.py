"""The sealer beside writers, beside itself, and cut off in the middle: real transactions on a database of its own."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from forecourt.audit import operations, queries
from forecourt.audit.models import Event

ADD = "INSERT INTO audit_pending (occurred_at, organisation_id, action, entity_type, entity_id, entity_name, actor_kind, actor_id, actor_name, changes, context) VALUES (clock_timestamp(), %s, 'updated', 'Site', %s, 'Quay', 'system', 0, 'test', '{\"a\": [1.10, 1e3]}', '{}')"
PENDING = "SELECT count(*) FROM audit_pending"


def sealed(count: int) -> None:
    while operations.seal():
        pass
    assert queries.verify() == (count, [])


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url) as connection:
        yield connection


def test_a_change_that_commits_late_comes_late_and_is_not_lost(own_database):
    with _connected(own_database) as slow, _connected(own_database) as quick:
        slow.execute(ADD, [1, 10])
        quick.execute(ADD, [1, 20])
        quick.commit()
        assert operations.seal() == 1  # the older transaction still runs
        slow.commit()
        assert operations.seal() == 1
    assert list(Event.objects.order_by("id").values_list("sequence", "entity_id")) == [(1, 20), (2, 10)]
    assert queries.verify() == (2, [])


def test_writers_and_sealers_beside_each_other_leave_no_gap(own_database):
    from django.db import connection

    def write(organisation: int) -> None:
        with _connected(own_database) as writer:
            for number in range(100):
                writer.execute(ADD, [organisation, number])
                writer.commit()

    def seal() -> None:
        while any(thread.is_alive() for thread in writers):
            operations.seal(limit=17)
        connection.close()

    writers = [threading.Thread(target=write, args=[organisation]) for organisation in (1, 1, 2)]
    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in (*writers, *sealers):
        thread.join()
    sealed(300)
    assert [head.sequence for head in queries.heads()] == [200, 100]


@pytest.mark.parametrize("step", ["before sealing", "after sealing"])
def test_a_sealer_that_dies_leaves_the_batch_pending(own_database, monkeypatch, step):
    from forecourt.audit.operations import sealing

    class Killed(BaseException):
        pass

    with _connected(own_database) as writer:
        writer.execute(ADD, [1, 1])
        writer.commit()
        real = sealing._hidden

        def die(events):
            if step == "before sealing":
                raise Killed
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("SELECT audit_seal_pending(%s::jsonb)", [json.dumps(real(events))])
            raise Killed

        monkeypatch.setattr(sealing, "_hidden", die)
        with pytest.raises(Killed):
            operations.seal()
        assert writer.execute(PENDING).fetchone() == (1,)
        writer.rollback()
        monkeypatch.setattr(sealing, "_hidden", real)
        sealed(1)
    assert queries.verify() == (1, [])


@pytest.mark.slow
def test_landed_events_are_sealed_by_the_migration(own_database):
    from django.core.management import call_command

    call_command("migrate", "audit", "0002", verbosity=0, skip_checks=True)
    with _connected(own_database) as owner:
        owner.execute(
            "INSERT INTO audit_event (occurred_at, organisation_id, action, entity_type, entity_id, entity_name, actor_kind, actor_id, actor_name,"
            " changes, context, transaction_id) VALUES (now(), 1, 'created', 'Site', 5, 'Old', 'system', 0, 'test', '{}', '{}', 7)"
        )
    call_command("migrate", "audit", verbosity=0, skip_checks=True)
    sealed(1)
    assert queries.verify() == (1, [])
    assert Event.objects.get().entity_name == "Old"


def test_what_was_recorded_whole_is_pairs_again_for_the_version_before(own_database):
    from django.core.management import call_command

    with _connected(own_database) as owner:
        owner.execute("INSERT INTO audit_retention (organisation_id, months) VALUES (1, 24)")
        owner.commit()
        call_command("migrate", "audit", "0007", verbosity=0, skip_checks=True)
        assert owner.execute("SELECT changes FROM audit_pending").fetchone() == ({"organisation_id": [None, 1], "months": [None, 24]},)
        owner.commit()
    call_command("migrate", "audit", "0006", verbosity=0, skip_checks=True)
    call_command("migrate", "audit", verbosity=0, skip_checks=True)
    with _connected(own_database) as owner:
        assert owner.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone() == (0,)
    sealed(1)
