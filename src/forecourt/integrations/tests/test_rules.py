"""Signatures, the schedule of tries, what may be subscribed to."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from forecourt.integrations import rules

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b'{"foo":"bar"}', "sha1=ff401a885877ab7e4665f9e045f9ee2d5876fdb9"),
        (b'{"foo": "bar"}', "sha1=d7f7fb0093470143a57bc39a3d9f0bb61fa67131"),
    ],
)
def test_the_signature_is_that_of_the_contract(body, signature):
    assert rules.sha1_signature("top-secret", body) == signature


def test_the_standard_signature_is_that_of_its_specification():
    """The example of the Standard Webhooks specification."""
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = rules.standard_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, body=b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", ["a-secret-of-sixteen", "whsec_not base64 at all"])
def test_a_secret_that_is_no_base64_is_the_key_itself(secret):
    signed = hmac.digest(secret.encode(), b"m.1793534400.{}", hashlib.sha256)
    headers = rules.standard_headers(secret, message_id="m", at=AT, body=b"{}")
    assert headers["webhook-signature"] == "v1," + base64.b64encode(signed).decode()


def test_the_same_entries_have_the_same_id():
    assert rules.message_id([1, 2]) == rules.message_id([1, 2]) != rules.message_id([12])


@pytest.mark.parametrize(
    ("failures", "after"),
    [
        (1, MINUTE),
        (10, MINUTE),
        (11, 2 * MINUTE),
        (12, 4 * MINUTE),
        (15, 32 * MINUTE),
        (20, 1024 * MINUTE),
        (21, 24 * HOUR),
        (99, 24 * HOUR),
    ],
)
def test_the_next_try_comes_later_and_later(failures, after):
    assert rules.retry_after(failures) == after


@pytest.mark.parametrize(("failures", "size"), [(0, 100), (1, 50), (2, 25), (6, 1), (50, 1)])
def test_after_failures_less_is_sent_at_once(failures, size):
    assert rules.batch_size(failures) == size


@pytest.mark.parametrize(("days", "given_up"), [(0, False), (4.99, False), (5, True), (9, True)])
def test_five_days_of_failure_are_enough(days, given_up):
    assert rules.is_given_up(AT, AT + timedelta(days=days)) is given_up


@pytest.mark.parametrize(
    ("status", "refusal"),
    [(None, False), (302, False), (400, True), (401, False), (404, False), (410, False), (422, True), (429, False), (500, False)],
)
def test_only_what_finds_fault_with_the_entry_refuses_it(status, refusal):
    assert rules.is_refusal(status) is refusal


@pytest.mark.parametrize(
    ("attempts", "accepted_at", "set_aside"),
    [(10, AT + MINUTE, True), (9, AT + MINUTE, False), (30, None, False), (30, AT, False), (30, AT - HOUR, False)],
)
def test_an_entry_is_set_aside_after_ten_tries_if_others_were_accepted(attempts, accepted_at, set_aside):
    assert rules.is_set_aside(attempts=attempts, first_tried_at=AT, accepted_at=accepted_at) is set_aside


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"X-Api-Key": "abc", "x-tenant": "7"}, True),
        ({f"X-{n}": "v" for n in range(6)}, False),
        ({"Authorization": "Basic"}, False),
        ({"X-": "v"}, False),
        ({"X-A": "v", "x-a": "w"}, False),
        ({"X-A": "two\r\nlines"}, False),
        ({"X-Ünsound": "v"}, False),
        ({"x-monta-signature": "sha1=00"}, False),
    ],
)
def test_headers_begin_with_x_and_are_at_most_five(headers, allowed):
    assert rules.are_headers(headers) is allowed
