"""What needs neither socket nor database."""

from datetime import UTC, datetime, timedelta

import pytest

from forecourt.gateway import frames, logs
from forecourt.gateway.queries import Cursor
from forecourt.gateway.refusals import MOST_IDENTITIES, OTHERS, Refusals
from forecourt.gateway.stamps import stamp
from forecourt.gateway.throttle import (
    FAILURES_OF_ADDRESS,
    FAILURES_OF_IDENTITY,
    FAILURES_OF_PAIR,
    MOST_WAITING,
    MOST_WAITING_OF_ADDRESS,
    WINDOW_S,
    Heard,
    Throttle,
)

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(("ms", "text"), [(0, "1970-01-01T00:00:00.000Z"), (1_795_341_600_007, "2026-11-22T10:00:00.007Z"), (999, "1970-01-01T00:00:00.999Z")])  # fmt: skip
def test_moments_are_written_as_ocpp_writes_them(ms: int, text: str) -> None:
    assert stamp(ms) == text


def test_a_pair_is_blocked_after_its_failures_and_free_in_the_next_minute() -> None:
    throttle = Throttle()
    for _ in range(FAILURES_OF_PAIR):
        assert not throttle.is_blocked("A", "1.1.1.1", 0)
        throttle.failed("A", "1.1.1.1", 0)
    assert throttle.is_blocked("A", "1.1.1.1", 1)
    assert not throttle.is_blocked("A", "2.2.2.2", 1)
    assert not throttle.is_blocked("A", "1.1.1.1", WINDOW_S + 1)


def test_an_address_that_tries_many_identities_is_blocked_for_all() -> None:
    throttle = Throttle()
    for number in range(FAILURES_OF_ADDRESS):
        throttle.failed(str(number), "1.1.1.1", 0)
    assert throttle.is_blocked("NEW", "1.1.1.1", 1)


def test_an_identity_that_is_guessed_from_many_addresses_is_blocked_from_all() -> None:
    throttle = Throttle()
    for number in range(FAILURES_OF_IDENTITY):
        throttle.failed("A", f"1.1.1.{number}", 0)
    assert throttle.is_blocked("A", "2.2.2.2", 1)
    assert not throttle.is_blocked("B", "2.2.2.2", 1)


def blocked(identity: str, address: str) -> Throttle:
    throttle = Throttle()
    for _ in range(FAILURES_OF_PAIR):
        throttle.failed(identity, address, 0)
    return throttle


def test_after_too_many_failures_the_verdict_comes_late_and_few_may_wait_for_it() -> None:
    throttle = blocked("A", "1.1.1.1")
    for _ in range(MOST_WAITING_OF_ADDRESS):
        assert throttle.heard("A", "1.1.1.1", 1) is Heard.LATE
        throttle.wait("1.1.1.1")
    assert throttle.heard("A", "1.1.1.1", 1) is Heard.NOT
    assert throttle.heard("B", "1.1.1.1", 1) is Heard.AT_ONCE
    throttle.waited("1.1.1.1")
    assert throttle.heard("A", "1.1.1.1", 1) is Heard.LATE


def test_who_came_in_from_an_address_before_is_always_heard_there() -> None:
    throttle = Throttle()
    throttle.opened("TRUE", "1.1.1.1")
    for number in range(FAILURES_OF_ADDRESS):
        throttle.failed(str(number), "1.1.1.1", 0)
        throttle.wait("1.1.1.1")
    assert throttle.heard("TRUE", "1.1.1.1", 1) is Heard.AT_ONCE
    assert throttle.heard("NEW", "1.1.1.1", 1) is Heard.NOT
    for number in range(FAILURES_OF_IDENTITY):
        throttle.failed("TRUE", f"2.2.2.{number}", 1)
    assert throttle.heard("TRUE", "1.1.1.1", 1) is Heard.AT_ONCE
    for _ in range(FAILURES_OF_PAIR):
        throttle.failed("TRUE", "1.1.1.1", 1)
    assert throttle.heard("TRUE", "1.1.1.1", 1) is Heard.LATE, "its own failures count"


def test_those_who_wait_are_bounded_over_all_addresses() -> None:
    throttle = blocked("A", "1.1.1.1")
    for number in range(MOST_WAITING):
        throttle.wait(f"address {number}")
    assert throttle.heard("A", "1.1.1.1", 1) is Heard.NOT


def test_refusals_of_a_minute_are_counted_together() -> None:
    refusals = Refusals()
    for second in range(5):
        refusals.add("A", "1.1.1.1", "wrong_password", AT + timedelta(seconds=second))
    (one,) = refusals.taken()
    assert (one.times, one.minute, one.last_at) == (5, AT, AT + timedelta(seconds=4))
    assert refusals.taken() == []


def test_a_flood_of_invented_identities_is_a_few_rows() -> None:
    refusals = Refusals()
    for number in range(1_000):
        refusals.add(f"N{number}", "1.1.1.1", "unknown_identity", AT)
    counted = {one.identity: one.times for one in refusals.taken()}
    assert len(counted) == MOST_IDENTITIES + 1
    assert counted[OTHERS] == 1_000 - MOST_IDENTITIES


def test_log_lines_escape_what_copy_would_misread() -> None:
    line = logs.line(0, 7, "in", 2, "a\tb", "X", b'["\\n\n\r\t\x00\xff"]', None)
    assert line == '1970-01-01T00:00:00.000Z\t7\t\\N\tin\t2\ta\\tb\tX\t["\\\\n\\n\\r\\t\ufffd\ufffd"]\t\\N\t\\N\n'


def test_a_call_and_its_answer_are_one_log_line() -> None:
    line = logs.exchange(0, 7, "a", "X", b'[2,"a","X",{}]', 1_500, b'[3,"a",{}]', 2)
    assert line == '1970-01-01T00:00:00.000Z\t7\t2\tin\t2\ta\tX\t[2,"a","X",{}]\t1970-01-01T00:00:01.500Z\t[3,"a",{}]\n'


@pytest.mark.parametrize("answered_ms", [30_001, -1])
def test_an_answer_that_readers_would_not_look_for_is_a_line_of_its_own(answered_ms: int) -> None:
    lines = logs.exchange(0, 7, "a", "X", b"[2]", answered_ms, b'[4,"a"]').splitlines()
    assert [line.split("\t")[3:5] for line in lines] == [["in", "2"], ["out", "4"]]


def test_log_lines_of_exchanges_escape_what_copy_would_misread() -> None:
    line = logs.exchange(0, 7, "a\\b", "X\t", b'["\\n\x00"]', 0, b'[4,"\\""]')
    assert line.split("\t")[5:8] == ["a\\\\b", "X\\t", '["\\\\n\ufffd"]']
    assert line.endswith('[4,"\\\\""]\n')


def test_answers_carry_ids_that_json_must_escape() -> None:
    assert frames.result('a"b', b"{}") == b'[3,"a\\"b",{}]'
    assert frames.error("-1", frames.Code.FORMATION, 'no "JSON"') == b'[4,"-1","FormationViolation","no \\"JSON\\"",{}]'


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert Cursor.parse(str(Cursor(AT, 17))) == Cursor(AT, 17)
    assert [Cursor.parse(text) for text in ("", "x_1", "2026-11-22_y")] == [None] * 3
