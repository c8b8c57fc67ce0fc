"""The log of a station: a call and its answer share a row, and are read as two messages in the order they crossed."""

from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection

from forecourt.gateway import logs
from forecourt.gateway.queries import MessageFilter, MessageRow, Span, message_count, message_rows
from forecourt.kit import clock

pytestmark = pytest.mark.django_db
STATION = 7


@pytest.fixture
def start() -> datetime:
    """Rows around midnight lie in two partitions."""
    return clock.now().replace(hour=23, minute=59, second=0, microsecond=0) - timedelta(days=1)


def write(start: datetime, seed: int, count: int = 120) -> None:
    chance, at = Random(seed), int(start.timestamp() * 1000)
    lines = []
    for number in range(count):
        at += chance.choice([0, 3, 900, 4_000])
        wait, where, action = (
            chance.choice([0, 5, 800, 29_000, 31_000]),
            chance.choice([None, 0, 1, 2]),
            chance.choice(["Heartbeat", "Stop"]),
        )
        if chance.random() < 0.8:
            lines.append(logs.exchange(at, STATION, f"m{number}", action, b"[2]", at + wait, chance.choice([b"[3,1]", b"[4,1]"]), where))
        else:
            lines.append(logs.line(at, STATION, chance.choice(["in", "out"]), 2, f"m{number}", action, b"[2]", where))
    with connection.cursor() as cursor, cursor.copy(logs.COPY) as copy:
        copy.write("".join(lines))


def everything(filters: MessageFilter) -> list[MessageRow]:
    """The messages one by one, in Python."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, at, number, direction, type, message_id, action, frame, answered_at, answer FROM ocpp_message")
        found = cursor.fetchall()
    rows = [MessageRow(*row[:8]) for row in found]
    rows += [
        MessageRow(-row[0], row[8], row[2], "out", int(row[9][1]), row[5], row[6], row[9]) for row in found if row[9] is not None
    ]  # fmt: skip
    rows = [row for row in rows if filters.action in ("", row.action) and filters.direction in ("", row.direction)]
    if filters.number is not None:
        rows = [row for row in rows if row.number in (None, 0, filters.number)]
    return sorted(rows, key=lambda row: (row.at, abs(row.id), -row.id), reverse=True)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "filters", [MessageFilter(), MessageFilter("Stop"), MessageFilter(direction="out"), MessageFilter(direction="in", number=1)]
)
def test_pages_by_cursor_give_every_message_once_in_order(start: datetime, seed: int, filters: MessageFilter) -> None:
    write(start, seed)
    pages: list[MessageRow] = []
    while rows := message_rows(STATION, filters=filters, span=Span(cursor=pages[-1].cursor if pages else None), limit=7):
        pages += rows
    assert pages == everything(filters)


def test_pages_by_offset_give_every_message_once_in_order(start: datetime) -> None:
    write(start, 1)
    whole = everything(MessageFilter())
    assert [row for first in range(0, len(whole), 10) for row in message_rows(STATION, limit=10, offset=first)] == whole
    assert message_count(STATION) == len(whole)


@pytest.mark.parametrize("seed", range(4))
def test_a_span_of_time_is_that_of_the_messages(start: datetime, seed: int) -> None:
    write(start, seed)
    whole = everything(MessageFilter())
    newest, oldest = whole[20].at, whole[-20].at
    inside = [row for row in whole if oldest <= row.at <= newest]
    assert message_rows(STATION, span=Span(since=oldest, until=newest), limit=500) == inside
    assert message_count(STATION, span=Span(since=oldest, until=newest)) == len(inside)
    between = [row for row in whole if oldest < row.at < newest]
    assert message_rows(STATION, span=Span(above=oldest, below=newest), limit=9) == between[:9]
    assert message_rows(STATION, span=Span(above=oldest, below=newest), is_newest_first=False, limit=9) == between[::-1][:9]
