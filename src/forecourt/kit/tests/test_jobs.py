"""What a killed worker had in hand."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from procrastinate.contrib.django import app

from forecourt.kit import clock, jobs


def doing(task: str, *, queueing_lock: str | None, heard: timedelta | None, attempts: int) -> int:
    """A job in the hands of a worker that was heard so long ago, or that is forgotten already."""
    id: int = app.configure_task(task, queueing_lock=queueing_lock, allow_unknown=True).defer()
    with connection.cursor() as cursor:
        if heard is not None:
            cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [clock.now() - heard])
        worker_id = cursor.fetchone()[0] if heard is not None else None
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s", [worker_id, attempts, id]
        )
    return id


async def take_up() -> None:
    try:
        await jobs.take_up_stalled.func(SimpleNamespace(app=app), 0)
    finally:
        await sync_to_async(connections.close_all)()  # those of the thread that asked


@pytest.mark.parametrize(
    ("queueing_lock", "heard", "attempts", "state"),
    [
        (None, timedelta(minutes=1), 0, "todo"),
        (None, None, 2, "todo"),
        (None, None, 3, "failed"),
        ("a.period", timedelta(minutes=1), 0, "failed"),
        (None, timedelta(seconds=5), 0, "doing"),
        ("a.period", timedelta(seconds=5), 0, "doing"),
    ],
)
def test_what_a_killed_worker_had_in_hand_is_taken_up(own_database, django_db_blocker, queueing_lock, heard, attempts, state):
    with django_db_blocker.unblock():
        id = doing("somebody.asked", queueing_lock=queueing_lock, heard=heard, attempts=attempts)
        asyncio.run(take_up())
        with connection.cursor() as cursor:
            cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [id])
            assert cursor.fetchone() == (state,)
