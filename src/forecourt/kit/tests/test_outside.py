"""What the server may ask: nothing in its own network, whatever the address looks like and whatever its name resolves to later."""

import asyncio
import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from forecourt.kit import outside
from forecourt.kit.errors import Invalid


class _Receiver(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/away" else 200)
        if self.path == "/away":
            self.send_header("Location", "http://127.0.0.1/secret")
        body = b"x" * 2_000 if self.path == "/long" else b"hello"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def receiver() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, args=[0.01]).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def resolves_to(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make every name resolve to these addresses."""

    def set_to(*addresses: str) -> None:
        found = [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443, 0, 0) if ":" in one else (one, 443))
            for one in addresses
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    return set_to


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_resolves_to_a_private_address_is_refused(address: str, resolves_to: Any) -> None:
    resolves_to("93.184.215.14", address)
    with pytest.raises(Invalid) as caught:
        outside.check_url("https://innocent.example/hook", field="url")
    assert caught.value.fields == {"url": "This host lies in a private network."}
    with pytest.raises(outside.Unreachable, match="private network"):
        outside.call("GET", "https://innocent.example/hook")


@pytest.mark.parametrize("address", PRIVATE)
def test_a_literal_private_address_is_refused(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(outside.Unreachable, match="private network"):
        outside.call("GET", f"https://{host}/")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://example.com/", "The address must begin with https://."),
        ("ftp://example.com/", "The address must begin with https://."),
        ("https://user:word@example.com/", "Leave user name and password out of the address."),
        ("https:///path", "This is not a web address."),
        ("https://exa mple.com/", "This is not a web address."),
        ("https://example.com:99999/", "This is not a web address."),
        ("https://[::1/", "This is not a web address."),
        ("https://no-such-name.invalid/", "This host name cannot be found."),
    ],
)
def test_an_address_of_another_kind_is_refused(url: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Invalid) as caught:
        outside.check_url(url, field="url")
    assert caught.value.fields == {"url": message}


def test_odd_spellings_of_an_address_are_refused() -> None:
    for host in ("2130706433", "127.1", "0x7f.1", "localhost", "localhost."):
        with pytest.raises(outside.Unreachable):
            outside.call("GET", f"https://{host}/", timeout=2)


def test_a_public_name_may_be_kept(resolves_to: Any) -> None:
    resolves_to("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    outside.check_url("https://example.com:8443/hook?a=b", field="url")


def test_a_name_that_changes_its_answer_gains_nothing(resolves_to: Any) -> None:
    resolves_to("93.184.215.14")
    outside.check_url("https://rebinding.example/", field="url")
    resolves_to("127.0.0.1")
    with pytest.raises(outside.Unreachable, match="private network"):
        outside.call("GET", "https://rebinding.example/")


def test_a_named_host_is_exempt(receiver: str, settings: Any) -> None:
    settings.PRIVATE_HOSTS = {"localhost"}
    outside.check_url(receiver, field="url")
    answer = outside.call("GET", receiver)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"hello", "5")


def test_no_redirect_is_followed(receiver: str, settings: Any) -> None:
    settings.PRIVATE_HOSTS = {"localhost"}
    assert outside.call("GET", f"{receiver}/away").status == 302


def test_an_answer_has_a_largest_size(receiver: str, settings: Any) -> None:
    settings.PRIVATE_HOSTS = {"localhost"}
    assert len(outside.call("GET", f"{receiver}/long", limit=2_000).body) == 2_000
    with pytest.raises(outside.Unreachable, match="too large"):
        outside.call("GET", f"{receiver}/long", limit=1_999)


def test_nobody_there_is_said(settings: Any) -> None:
    settings.PRIVATE_HOSTS = {"localhost"}
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(outside.Unreachable, match="No connection"):
            outside.call("GET", f"http://localhost:{unused.getsockname()[1]}/")


def test_a_session_checks_each_request() -> None:
    async def ask() -> None:
        async with outside.session() as client:
            await client.get("https://169.254.169.254/latest/meta-data/")

    with pytest.raises(outside.Unreachable):
        asyncio.run(ask())
    assert outside.reason_of(aiohttp.InvalidURL("x")) == "This is not a web address."
