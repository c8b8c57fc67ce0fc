"""The WSGI application itself, as granian calls it: the partner API and the browser's pages have different middleware."""

import io
import json
import sys
from unittest.mock import Mock

import pytest
from django.core import signals
from django.db import close_old_connections

from forecourt.api import direct
from forecourt.integrations.tests.factories import api_client
from forecourt.project import wsgi


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    """The application puts connections away around each request; the test's transaction needs its own."""
    monkeypatch.setattr(direct, "connection", Mock())
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def ask(path: str, **headers: str) -> tuple[str, dict[str, str], bytes]:
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
        "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", **headers,
    }  # fmt: skip
    begun = []
    response = wsgi.application(environ, lambda status, headers: begun.append((status, dict(headers))))
    return *begun[0], b"".join(response)


def token_of(client) -> str:
    return str(client.defaults["HTTP_AUTHORIZATION"])


def test_an_api_answer_is_whole_and_carries_the_headers_that_matter(cast):
    status, headers, body = ask("/api/v1/currencies", HTTP_AUTHORIZATION=token_of(api_client(cast.northwind)))
    assert status == "200 OK"
    assert len(json.loads(body)["data"]) == json.loads(body)["meta"]["itemCount"] > 0
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Length"] == str(len(body))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["RateLimit-Remaining"] == "999999"
    assert not {"Set-Cookie", "Vary"} & set(headers)


def test_over_https_the_api_insists_on_it(cast, settings, monkeypatch):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    monkeypatch.setattr(wsgi, "lists", wsgi.DirectHandler())
    monkeypatch.setattr(wsgi, "_api", wsgi.ApiHandler())
    _, headers, _ = ask("/api/v1/currencies", **{"wsgi.url_scheme": "https"})
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/api/v1/currencies", "/api/v1/charges"])
def test_a_session_cookie_has_no_power_at_the_api(cast, path):
    cookie = f"sessionid={cast.client('ada').cookies['sessionid'].value}"
    status, _, body = ask(path, HTTP_COOKIE=cookie)
    assert (status, json.loads(body)["errorCode"]) == ("401 Unauthorized", "INVALID_ACCESS_TOKEN")


def test_a_directory_has_neither_session_nor_page(cast):
    status, headers, body = ask("/scim/v2/Users", HTTP_COOKIE=f"sessionid={cast.client('ada').cookies['sessionid'].value}")
    assert (status, headers["Content-Type"], json.loads(body)["status"]) == ("401 Unauthorized", "application/scim+json", "401")
    assert not {"Set-Cookie", "Vary", "Content-Security-Policy"} & set(headers)


def test_a_path_that_is_no_operation_answers_in_the_envelope(cast):
    status, _, body = ask("/api/v1/nonsense", HTTP_AUTHORIZATION=token_of(api_client(cast.northwind)))
    assert (status, json.loads(body)["errorCode"]) == ("404 Not Found", "RESOURCE_NOT_FOUND")


def test_the_documentation_page_is_the_browsers(cast):
    status, headers, _ = ask("/api/v1/docs")
    assert status == "200 OK"
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_a_page_knows_its_session_and_has_the_browsers_headers(cast):
    cookie = f"sessionid={cast.client('ada').cookies['sessionid'].value}"
    status, headers, _ = ask("/charges/", HTTP_COOKIE=cookie)
    assert status == "200 OK"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(("is_behind_proxy", "address"), [(True, "198.51.100.7"), (False, "127.0.0.1")])
def test_the_proxy_says_who_asks(monkeypatch, settings, is_behind_proxy, address):
    settings.IS_BEHIND_PROXY = is_behind_proxy
    seen = []
    monkeypatch.setattr(
        wsgi, "_browser", lambda environ, start_response: seen.append(environ["REMOTE_ADDR"]) or start_response("200 OK", []) or []
    )
    ask("/healthz", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.66, 198.51.100.7")
    assert seen == [address]
