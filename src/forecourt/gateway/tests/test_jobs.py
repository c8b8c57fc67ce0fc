"""What the worker does for the gateway."""

from datetime import timedelta

import pytest
from django.db import connection

from forecourt.gateway import jobs
from forecourt.gateway.config import CONFIG
from forecourt.gateway.models import RefusedConnection, SeenMessage, StationEvent
from forecourt.gateway.server import WRITTEN_BY_DAY
from forecourt.kit import clock


def partitions_of(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_the_log_has_a_partition_for_today_and_loses_old_ones(settings) -> None:
    settings.OCPP_MESSAGE_DAYS = 30
    old = (clock.now() - timedelta(days=40)).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT forecourt_make_partition('ocpp_message'::regclass, %s, %s)", [old, old + timedelta(days=1)])
    jobs.keep_log(timestamp=0)
    names = partitions_of("ocpp_message")
    assert f"ocpp_message_{clock.now():%Y%m%d}" in names
    assert f"ocpp_message_{old:%Y%m%d}" not in names


def test_a_gateway_makes_the_days_of_what_it_writes_before_it_listens(running) -> None:
    for table in WRITTEN_BY_DAY:
        assert f"{table}_{clock.now():%Y%m%d}" in partitions_of(table)


@pytest.mark.django_db
def test_only_what_is_old_is_forgotten() -> None:
    now = clock.now()
    for place, age in enumerate((timedelta(), timedelta(minutes=CONFIG.repeat_minutes + 1), timedelta(days=CONFIG.refused_days + 1))):
        SeenMessage.objects.create(station_id=1, fingerprint=place, answer="{}", at=now - age)
        StationEvent.objects.create(station_id=1, kind="connected", at=now - age)
        RefusedConnection.objects.create(identity="A", address="1.1.1.1", reason="x", minute=now - age, last_at=now - age)
    jobs.forget(timestamp=0)
    assert [Table.objects.count() for Table in (SeenMessage, StationEvent, RefusedConnection)] == [1, 2, 2]
