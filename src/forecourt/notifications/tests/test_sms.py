"""The HTTP gateway against a server on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from forecourt.notifications import operations
from forecourt.notifications.jobs import send_emails
from forecourt.notifications.models import OutgoingEmail


class Gateway(HTTPServer):
    """Keeps what it is given and answers `status`."""

    status = 202

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[str | None, dict[str, str]]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_unused: object) -> None:
        """Silent."""


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    server = Gateway()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL, settings.SMS_TOKEN, settings.SMS_SENDER = f"http://127.0.0.1:{server.server_port}/send", "secret", "Fjordlys"
    yield server
    server.shutdown()
    server.server_close()


def test_a_text_message_goes_to_the_gateway_once(db, gateway):
    message = operations.send_sms(to="+4531223344", text="Your code", kind="code")
    for _run in range(2):
        send_emails(timestamp=0)
    message.refresh_from_db()
    assert message.state == "sent"
    assert gateway.taken == [("Bearer secret", {"to": "+4531223344", "from": "Fjordlys", "text": "Your code"})]


def test_what_the_gateway_refuses_waits_and_shows_why(db, gateway):
    gateway.status = 503
    message = operations.send_sms(to="+4531223344", text="Your code", kind="code")
    send_emails(timestamp=0)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("waiting", 1, "The SMS gateway answered 503.")


def test_without_a_gateway_it_is_kept_and_readable(cast):
    message = operations.send_sms(to="+4531223344", text="Your code is 123456.", kind="code")
    send_emails(timestamp=0)
    assert OutgoingEmail.objects.get(pk=message.pk).state == "kept"
    assert "123456" in cast.client("root").get(f"/platform/emails/{message.pk}").content.decode()
