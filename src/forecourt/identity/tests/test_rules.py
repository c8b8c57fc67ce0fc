from datetime import UTC, datetime, timedelta

import pytest

from forecourt.identity import rules

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("user_agent", "says"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        ("curl/8.5", ""),
    ],
)
def test_a_browser_is_named_as_its_owner_knows_it(user_agent, says):
    assert rules.device(user_agent) == says


@pytest.mark.parametrize(
    ("since", "seen", "is_over"),
    [
        (HOUR, timedelta(0), False),
        (12 * HOUR, 11.99 * HOUR, False),
        (12 * HOUR, 12 * HOUR, True),
        (168 * HOUR, timedelta(0), True),
    ],
)
def test_a_session_ends_unused_and_ends_anyway(since, seen, is_over):
    assert rules.is_session_over(since=NOW - since, seen=NOW - seen, now=NOW, idle=12 * HOUR, absolute=168 * HOUR) is is_over


@pytest.mark.parametrize(("address", "shown"), [("ada@example.com", "a…@example.com"), ("+4512345678", "+45…78")])
def test_an_address_is_shown_in_part(address, shown):
    assert rules.masked(address) == shown
