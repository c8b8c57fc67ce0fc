from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from forecourt.kit import partitions

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _insert(at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO meter_value (at, recorded_at, station_id, samples) VALUES (%s, %s, 1, '[]')", [at, AT])


def _table_of(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM meter_value WHERE at = %s", [at])
        return str(cursor.fetchone()[0])


def test_rows_that_came_before_their_partition_move_into_it(as_product_role):
    _insert(AT)
    assert _table_of(AT) == "meter_value_default"
    partitions.make_days("meter_value", at=AT, ahead=1)
    assert _table_of(AT) == "meter_value_20261122"


@pytest.mark.parametrize("table", ["meter_value", "ocpp_message"])
def test_a_log_is_not_vacuumed_because_it_grows(as_product_role, table):
    partitions.make_days(table, at=AT, ahead=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::text, reloptions FROM pg_partition_tree(%s) JOIN pg_class ON oid = relid WHERE isleaf", [table])
        told = dict(cursor.fetchall())
    assert told == {name: ["autovacuum_vacuum_insert_threshold=-1"] for name in (f"{table}_20261122", f"{table}_default")}


def test_a_table_of_its_own_is_not_vacuumed_because_it_grows_either(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = 'gateway_seen_message'::regclass")
        assert "autovacuum_vacuum_insert_threshold=-1" in cursor.fetchone()[0]


def test_a_partition_that_has_ended_is_dropped_and_others_stay(as_product_role):
    partitions.make_days("meter_value", at=AT, ahead=1)
    assert partitions.drop_before("meter_value", before=datetime(2026, 11, 23, tzinfo=UTC)) == 1
    _insert(AT)
    assert _table_of(AT) == "meter_value_default"


def test_the_audit_log_is_never_dropped_through_this_door(as_product_role):
    with pytest.raises(DatabaseError, match="audit_event is kept"):
        partitions.drop_before("audit_event", before=AT)
