from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.db import transaction

from forecourt.kit import events, outbox
from forecourt.kit.events import Event, announce, announce_all
from forecourt.kit.models import OutboxRow

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BellRang(Event):
    kind: ClassVar[str] = "test.bell_rang"
    number: int


heard: list[list[int]] = []


def listen(bells: Sequence[BellRang]) -> None:
    numbers = [bell.number for bell in bells]
    if 13 in numbers:
        raise ValueError("unlucky")
    heard.append(numbers)


@pytest.fixture(autouse=True)
def wired(monkeypatch, db):
    monkeypatch.setattr(events, "_reactions", {})
    events.wire(BellRang, [listen])
    heard.clear()


NAME = "kit.listen"


def test_an_event_reaches_its_reaction_once_and_is_gone():
    announce_all(BellRang(number) for number in (1, 2))
    assert outbox.waiting_reactions() == [NAME]
    assert outbox.drain(NAME, at=AT) == 2
    assert heard == [[1, 2]]
    assert outbox.drain(NAME, at=AT) == 0
    assert not OutboxRow.objects.exists()


def test_an_event_nobody_reacts_to_leaves_nothing(monkeypatch):
    monkeypatch.setattr(events, "_reactions", {})
    announce(BellRang(1))
    assert not OutboxRow.objects.exists()


def test_a_poison_row_is_set_aside_and_the_others_pass():
    announce_all(BellRang(number) for number in (1, 13, 2, 3))
    outbox.drain(NAME, at=AT)
    assert sorted(number for batch in heard for number in batch) == [1, 2, 3]
    row = OutboxRow.objects.get()
    assert (row.payload, row.set_aside_at, row.attempts) == ({"number": 13}, AT, 1)
    assert "unlucky" in row.error
    assert outbox.waiting_reactions() == []


def test_a_row_that_was_set_aside_comes_back_after_a_minute_then_after_ten():
    announce(BellRang(13))
    outbox.drain(NAME, at=AT)
    assert outbox.retry_due(at=AT + timedelta(seconds=59)) == 0
    assert outbox.retry_due(at=AT + timedelta(minutes=1)) == 1
    outbox.drain(NAME, at=AT + timedelta(minutes=1))
    assert outbox.retry_due(at=AT + timedelta(minutes=2)) == 0
    assert outbox.retry_due(at=AT + timedelta(minutes=11)) == 1


def test_an_announcement_of_a_transaction_that_fails_was_never_made():
    with transaction.atomic():
        announce(BellRang(1))
        transaction.set_rollback(True)
    assert outbox.drain(NAME, at=AT) == 0


def test_rows_whose_wiring_is_gone_are_set_aside_with_that_error(monkeypatch):
    announce(BellRang(1))
    monkeypatch.setattr(events, "_reactions", {})
    outbox.drain(NAME, at=AT)
    assert "KeyError" in OutboxRow.objects.get().error
