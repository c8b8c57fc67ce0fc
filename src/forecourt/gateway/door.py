"""
The entrance: reads the HTTP request of a new connection, decides who comes in, and only then makes a WebSocket of it.

Nothing is upgraded before it has authenticated (security profiles 1 and 2: HTTP Basic, OCPP 1.6 security whitepaper, section 3).
"""

import asyncio
import base64
import binascii
import ipaddress
import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from picows import WSAutoPingStrategy, WSCloseCode, WSListener, WSTransport, WSUpgradeResponse, WSUpgradeResponseWithListener
from picows.picows import WSProtocol  # type: ignore[attr-defined]

from forecourt.gateway import credentials
from forecourt.gateway.config import CONFIG
from forecourt.gateway.session import Session
from forecourt.gateway.throttle import VERDICT_AFTER_S, Heard
from forecourt.gateway.versions import VERSIONS
from forecourt.kit import clock
from forecourt.network.queries import ConnectingStation as Credential

if TYPE_CHECKING:
    from forecourt.gateway.server import Gateway

LONGEST_HEAD = 8_192
HEAD_WITHIN_S = 15.0
LONGEST_IDENTITY = 48  # OCPP-J 1.6, 3.1.1
SOCKETS = logging.LoggerAdapter(logging.getLogger("forecourt.gateway.sockets"), {})  # not a Logger: picows would make one for each socket
SOCKETS.logger.setLevel(logging.CRITICAL)  # what peers do wrong is counted and kept in the connection history
ASK = {"WWW-Authenticate": 'Basic realm="OCPP", charset="UTF-8"'}


class Refused(Exception):
    """This connection does not come in."""

    def __init__(self, status: HTTPStatus, reason: str = "", credential: Credential | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.credential = status, reason, credential


class Door(asyncio.Protocol):
    """One connection until it is a session, or refused."""

    __slots__ = ("_address", "_gateway", "_head", "_is_reading", "_timer", "_transport")

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._head = b""
        self._is_reading = True
        self._address = ""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if isinstance(peer, tuple) else "127.0.0.1"
        self._timer = self._gateway.loop.call_later(HEAD_WITHIN_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._head += data
        if not self._is_reading or self._transport is None:
            return
        if b"\r\n\r\n" not in self._head:
            if len(self._head) > LONGEST_HEAD:
                self._respond(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._is_reading = False
        self._transport.pause_reading()
        self._gateway.loop.create_task(self._decide())

    async def _decide(self) -> None:
        head, _, rest = self._head.partition(b"\r\n\r\n")
        identity = ""
        try:
            path, headers = _parsed(head)
            if CONFIG.is_behind_proxy and (passed := headers.get("x-forwarded-for")):
                self._address = _forwarded(passed) or self._address
            if self._served(path):
                return
            identity = _identity(path)
            if headers.get("upgrade", "").lower() != "websocket" or "sec-websocket-key" not in headers:
                raise Refused(HTTPStatus.UPGRADE_REQUIRED)
            credential = await self._authenticated(identity, headers.get("authorization", ""))
            self._open(credential, identity, headers, rest)
        except Refused as refused:
            self._refuse(identity, refused)
        except Exception:
            logging.getLogger(__name__).exception("A connection could not be decided on.")
            self._respond(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"})

    def _served(self, path: str) -> bool:
        """The one plain page of this port."""
        if path == "/healthz":
            self._respond(HTTPStatus.OK, body=b"ok\n")
        return path == "/healthz"

    async def _authenticated(self, identity: str, authorization: str) -> Credential:
        """
        The credential of the station that proves to be `identity`. Failures are counted; after too many, the verdict comes late.

        :raises Refused: with 401, or 429 after too many.
        """
        throttle, now = self._gateway.throttle, time.monotonic()
        heard = throttle.heard(identity, self._address, now)
        if heard is Heard.NOT:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "throttled")
        if heard is Heard.LATE:
            await self._wait()
        credential = await self._gateway.credentials.of(identity)
        reason = _objection(credential, identity, authorization)
        if credential is not None and reason is None:
            throttle.opened(identity, self._address)
            return credential
        throttle.failed(identity, self._address, now)
        if heard is Heard.LATE:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "throttled", credential)
        raise Refused(HTTPStatus.UNAUTHORIZED, reason or "unknown_identity", credential)

    async def _wait(self) -> None:
        throttle = self._gateway.throttle
        throttle.wait(self._address)
        try:
            await asyncio.sleep(VERDICT_AFTER_S)
        finally:
            throttle.waited(self._address)

    def _open(self, credential: Credential, identity: str, headers: dict[str, str], rest: bytes) -> None:
        offered = [name.strip() for name in headers.get("sec-websocket-protocol", "").split(",")]
        version = next((VERSIONS[name] for name in offered if name in VERSIONS), None)
        listener: WSListener
        if version is None:
            listener, extra = _WrongProtocol(), None
            self._note_refusal(identity, "wrong_protocol", credential)
        else:
            listener = Session(self._gateway.hub, credential.id, version, self._address)
            extra = {"Sec-WebSocket-Protocol": version.subprotocol}
        response = WSUpgradeResponseWithListener(WSUpgradeResponse.create_101_response(extra), listener)
        self._hand_over(lambda request: response, _short_head(headers) + rest)

    def _hand_over(self, factory: object, received: bytes) -> None:
        """From here on the connection is picows'. It reads the request once more, in its shortest form, and answers 101."""
        transport = self._transport
        if transport is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        protocol = WSProtocol(
            None, None, False, factory, SOCKETS, True, None, False, 20.0, 20.0, WSAutoPingStrategy.PING_WHEN_IDLE, False,
            CONFIG.largest_frame, None, 1_024,
        )  # fmt: skip
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        while received:
            room = protocol.get_buffer(-1)
            part = received[: len(room)]
            room[: len(part)] = part
            protocol.buffer_updated(len(part))
            received = received[len(part) :]
        if not transport.is_closing():
            transport.resume_reading()

    def _refuse(self, identity: str, refused: Refused) -> None:
        if refused.reason:
            self._note_refusal(identity, refused.reason, refused.credential)
        extra = {HTTPStatus.UNAUTHORIZED: ASK, HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "60"}}.get(refused.status, {})
        if refused.status is HTTPStatus.UPGRADE_REQUIRED:
            extra = {"Upgrade": "websocket"}
        self._respond(refused.status, extra)

    def _note_refusal(self, identity: str, reason: str, credential: Credential | None) -> None:
        self._gateway.hub.refusals.add(
            identity,
            self._address,
            reason,
            clock.now(),
            station_id=credential.id if credential else None,
            operator_id=credential.operator_id if credential else None,
        )

    def _respond(self, status: HTTPStatus, extra: dict[str, str] | None = None, body: bytes | None = None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._is_reading = False
        text = body if body is not None else f"{status.phrase}\n".encode()
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(text)), "Connection": "close"} | (extra or {})
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._transport.write(f"HTTP/1.1 {status.value} {status.phrase}\r\n{lines}\r\n".encode() + text)
        self._transport.close()


class _WrongProtocol(WSListener):
    """Speaks none of our subprotocols: upgraded without one and closed at once, as OCPP-J 1.6, 3.1.2 asks."""

    __slots__ = ()

    def on_ws_connected(self, transport: WSTransport) -> None:
        transport.send_close(WSCloseCode.PROTOCOL_ERROR, f"this gateway speaks {', '.join(VERSIONS)}")
        asyncio.get_running_loop().call_later(1.0, transport.disconnect)


def _parsed(head: bytes) -> tuple[str, dict[str, str]]:
    """The path without its query, and the headers by lower-case name. :raises Refused: if this is no GET of HTTP/1.1."""
    try:
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, protocol = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST) from None
    if not protocol.startswith("HTTP/1.") or not target.startswith("/"):
        raise Refused(HTTPStatus.BAD_REQUEST)
    if method != "GET":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED)
    return target.partition("?")[0], headers


def _forwarded(passed: str) -> str | None:
    """
    The address that our own proxy saw: the last of X-Forwarded-For (what stands before is the client's word), with or without
    port and brackets. None if it is no address.
    """
    last = passed.rsplit(",", 1)[-1].strip()
    host = last.removeprefix("[").partition("]")[0] if last.startswith("[") else last.partition(":")[0] if last.count(":") == 1 else last
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _identity(path: str) -> str:
    """The last part of `/ocpp/{identity}` or `/{identity}`. :raises Refused: if the path is another."""
    parts = path.strip("/").split("/")
    if len(parts) == 2 and parts[0] == "ocpp":
        parts = parts[1:]
    identity = unquote(parts[0], errors="replace")
    if len(parts) != 1 or not identity:
        raise Refused(HTTPStatus.NOT_FOUND)
    if len(identity) > LONGEST_IDENTITY or not identity.isprintable():
        raise Refused(HTTPStatus.UNAUTHORIZED, "unknown_identity")
    return identity


def _objection(credential: Credential | None, identity: str, authorization: str) -> str | None:
    """Why these credentials do not open, or None if they do."""
    if not authorization and CONFIG.allows_unauthenticated:
        return None if credential is not None else "unknown_identity"
    if not authorization:
        return "no_credentials"
    if credential is None:
        return "unknown_identity"
    name, password = _basic(authorization)
    return None if name == identity and credentials.opens(credential, password) else "wrong_password"


def _basic(authorization: str) -> tuple[str, str]:
    """User name and password; empty where the header cannot be read."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    name, _, password = text.partition(":")
    return name, password


def _short_head(headers: dict[str, str]) -> bytes:
    """What picows needs of the request; the rest would be kept as long as the connection."""
    wanted = ("Sec-WebSocket-Key", "Sec-WebSocket-Version")
    lines = "".join(f"{name}: {headers.get(name.lower(), '')}\r\n" for name in wanted)
    return f"GET / HTTP/1.1\r\nHost: -\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{lines}\r\n".encode("latin-1", "replace")
