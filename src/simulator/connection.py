"""One WebSocket to the central system: one CALL of ours at a time, their calls answered at once (OCPP-J 1.6, 4.1.1)."""

import asyncio
import logging
from collections.abc import Callable
from uuid import uuid4

from picows import WSCloseCode, WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from simulator import protocol
from simulator.protocol import CallError, Payload

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 30.0
HANDSHAKE_WITHIN_S = 30.0

After = Callable[[], None]
Answer = tuple[Payload, After | None]  # what is answered, and what happens once that is sent
Answerer = Callable[[str, Payload], Answer]


class NotConnected(ConnectionError):
    """There is no connection, or it was lost before the answer came."""


class Connection(WSListener):
    """:meth:`call` may be used by many tasks; they take turns."""

    def __init__(self, answerer: Answerer) -> None:
        self.closed = asyncio.Event()
        self._answerer = answerer
        self._turn = asyncio.Lock()
        self._waiting: tuple[str, asyncio.Future[Payload]] | None = None
        self._transport: WSTransport | None = None
        self._fragments = bytearray()

    @classmethod
    async def open(cls, url: str, identity: str, password: str, answerer: Answerer) -> "Connection":
        """:raises NotConnected: if the server is not there, refuses the upgrade or does not speak OCPP 1.6."""
        try:
            transport, connection = await ws_connect(
                lambda: cls(answerer),
                protocol.address(url, identity),
                extra_headers=protocol.upgrade_headers(identity, password),
                websocket_handshake_timeout=HANDSHAKE_WITHIN_S,
                enable_auto_ping=True,
                auto_ping_idle_timeout=60,
                auto_ping_reply_timeout=30,
            )
        except (OSError, WSError, TimeoutError) as error:
            raise NotConnected(str(error) or type(error).__name__) from error
        if transport.response.headers.get("Sec-WebSocket-Protocol") != protocol.SUBPROTOCOL:
            transport.disconnect()
            raise NotConnected(f"the server does not offer the subprotocol {protocol.SUBPROTOCOL}")
        assert isinstance(connection, cls)
        return connection

    async def call(self, action: str, payload: Payload, *, message_id: str | None = None) -> Payload:
        """
        Send a CALL and return the answer.

        :raises CallError: if the answer is a CALLERROR.
        :raises NotConnected: if the connection ended before the answer.
        :raises TimeoutError: if no answer came in 30 seconds.
        """
        async with self._turn:
            if self._transport is None or self.closed.is_set():
                raise NotConnected("the connection is closed")
            call_id = message_id or str(uuid4())
            answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
            self._waiting = (call_id, answer)
            try:
                self._transport.send(WSMsgType.TEXT, protocol.call(call_id, action, payload))
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    return await answer
            finally:
                self._waiting = None

    def close(self) -> None:
        """Say goodbye."""
        if self._transport is not None and not self.closed.is_set():
            self._transport.send_close(WSCloseCode.OK)
            self._transport.disconnect()

    def drop(self) -> None:
        """Vanish, as when the network goes."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed.set()
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(NotConnected("the connection was lost"))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            self._fragments += frame.get_payload_as_memoryview()
            if frame.fin:
                raw = bytes(self._fragments)
                self._fragments.clear()
                self._receive(transport, raw)

    def _receive(self, transport: WSTransport, raw: bytes) -> None:
        try:
            message = protocol.parse(raw)
        except protocol.BadFrame as error:
            log.warning("ignored a malformed frame: %s", error)
            return
        if isinstance(message, protocol.Call):
            self._answer(transport, message)
        elif self._waiting is not None and self._waiting[0] == message.id and not self._waiting[1].done():
            if isinstance(message, protocol.Result):
                self._waiting[1].set_result(message.payload)
            else:
                self._waiting[1].set_exception(CallError(message.code, message.description))

    def _answer(self, transport: WSTransport, call: protocol.Call) -> None:
        after = None
        try:
            payload, after = self._answerer(call.action, call.payload)
            answer = protocol.result(call.id, payload)
        except CallError as error:
            answer = protocol.error(call.id, error.code, error.description)
        except Exception:
            log.exception("could not answer %s", call.action)
            answer = protocol.error(call.id, "InternalError")
        transport.send(WSMsgType.TEXT, answer)
        if after is not None:
            after()
