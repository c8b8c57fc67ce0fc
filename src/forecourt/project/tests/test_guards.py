"""What every answer carries, how often a stranger may ask, and how the log reads."""

import logging

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from tests.cast import Cast

from forecourt.project.logs import Line

pytestmark = pytest.mark.django_db


def test_what_a_signed_in_person_sees_stays_in_no_cache(cast: Cast) -> None:
    headers = cast.client("ada").get("/teams/").headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    assert "'unsafe" not in policy
    for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'"):
        assert directive in policy


@pytest.mark.parametrize(("method", "setting"), [("get", "STRANGERS_READ_PER_MINUTE"), ("post", "STRANGERS_SEND_PER_MINUTE")])
def test_a_stranger_waits_after_too_many_requests(method: str, setting: str, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    setattr(settings, setting, 2)
    client = Client()
    with caplog.at_level(logging.WARNING, "forecourt.security"):
        statuses = [getattr(client, method)("/accounts/login/").status_code for _time in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert [record.message for record in caplog.records if record.name == "forecourt.security"] == [
        "too many requests of a stranger from 127.0.0.1"
    ]


def test_the_limit_is_of_one_address_and_tells_when_to_return(settings: Settings, cast: Cast) -> None:
    settings.STRANGERS_READ_PER_MINUTE = 0
    response = Client().get("/accounts/login/")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert Client().get("/healthz").status_code == 200
    assert cast.client("ada").get("/teams/").status_code == 200
    settings.STRANGERS_READ_PER_MINUTE = 1
    assert Client(REMOTE_ADDR="203.0.113.9").get("/accounts/login/").status_code == 200


def test_a_refusal_is_logged_without_a_name(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "forecourt.security"):
        assert cast.client("bea").get("/teams/new").status_code == 403
    said = [record.message for record in caplog.records if record.name == "forecourt.security"]
    assert said == [f"refused GET /teams/new to person {cast.bea.pk}: forbidden"]


def test_a_wrong_password_leaves_no_words_in_the_log(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Client().post("/accounts/login/", {"login": cast.ada.email, "password": "not the password 1"})
    assert "not the password 1" not in caplog.text
    assert str(cast.ada.email) not in caplog.text


def test_security_txt_names_whom_to_tell(settings: Settings) -> None:
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@nordlys.example"
    assert "Contact: mailto:security@nordlys.example\n" in Client().get("/.well-known/security.txt").text


def test_a_line_of_the_log_cannot_be_forged() -> None:
    record = logging.LogRecord("x", logging.WARNING, "f", 1, "name: %s", ("a\r\n2026-01-01T00:00:00Z ERROR root forged\x1b[2J",), None)
    record.created = 0
    assert Line().format(record) == "1970-01-01T00:00:00Z WARNING x name: a  2026-01-01T00:00:00Z ERROR root forged [2J"


def test_trace_is_refused() -> None:
    assert Client().trace("/accounts/login/").status_code == 405
