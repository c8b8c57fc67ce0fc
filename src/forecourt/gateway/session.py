"""
One socket of one station that has authenticated. Answers are read beside the calls that wait, so that a station that is being
called can answer; who sends many calls without waiting is read no faster than they are carried out.
"""

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from forecourt.gateway import frames, logs
from forecourt.gateway.calls import Call
from forecourt.gateway.commands import Outgoing
from forecourt.gateway.config import CONFIG
from forecourt.gateway.frames import Fault, Ignored
from forecourt.gateway.stamps import stamp
from forecourt.gateway.versions import Version

if TYPE_CHECKING:
    from forecourt.gateway.hub import Hub

TEXT, PING, CLOSE, CONTINUATION = WSMsgType.TEXT, WSMsgType.PING, WSMsgType.CLOSE, WSMsgType.CONTINUATION
READ_UNTIL, READ_AGAIN_AT = 128, 32  # calls of one station waiting for the one before: the socket rests, is read again
MOST_LATE = 8  # commands without an answer in time whose answer is still understood
LINGER_S = 1.0  # between our close frame and the end of the connection


class Session(WSListener):
    """
    At most one call is carried out at a time and at most one command is out; others wait their turn.

    `number` grows with every opening of the station, over all gateways.
    """

    __slots__ = (
        "address", "commands", "heard_at", "hub", "is_busy", "is_closing", "is_pinged", "is_resting", "late", "number", "outgoing",
        "paid_until", "parts", "queue", "station_id", "subprotocol", "transport", "version",
    )  # fmt: skip

    def __init__(self, hub: "Hub", station_id: int, version: Version, address: str) -> None:
        self.hub, self.station_id, self.version, self.address = hub, station_id, version, address
        self.subprotocol = version.subprotocol
        self.number = 0
        self.transport: WSTransport | None = None
        self.is_busy = self.is_closing = self.is_pinged = self.is_resting = False
        self.heard_at = self.paid_until = time.time()
        self.queue: deque[Call] | None = None
        self.commands: deque[Outgoing] | None = None
        self.outgoing: Outgoing | None = None
        self.late: deque[Outgoing] | None = None
        self.parts: list[bytes] | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.hub.opened(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.is_closing, self.transport = True, None
        handshake = transport.close_handshake
        too_big = handshake is not None and handshake.sent is not None and handshake.sent.code is WSCloseCode.MESSAGE_TOO_BIG
        self.hub.closed(self, "oversized" if too_big else None)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self.is_closing:
            if frame.msg_type is CLOSE:
                transport.disconnect()
            return
        now = time.time()
        self.heard_at, self.is_pinged = now, False
        paid_until = self.paid_until
        paid_until = (max(now, paid_until)) + self.hub.price_s
        if paid_until - now > self.hub.credit_s:
            self.close(WSCloseCode.POLICY_VIOLATION, "too many messages", event="flood")
            return
        self.paid_until = paid_until
        if frame.msg_type is TEXT and frame.fin:
            self._receive(frame.get_payload_as_bytes(), int(now * 1000))
        else:
            self._receive_rest(transport, frame, now)

    def _receive_rest(self, transport: WSTransport, frame: WSFrame, now: float) -> None:
        """Control frames, and messages in parts."""
        kind = frame.msg_type
        if kind is PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif kind is CLOSE:
            self.is_closing = True
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif kind is TEXT:
            self.parts = [frame.get_payload_as_bytes()]
        elif kind is CONTINUATION and self.parts is not None:
            self._receive_part(frame, now)
        elif kind is not WSMsgType.PONG:
            self.close(WSCloseCode.UNSUPPORTED_DATA, "OCPP-J is text", event="protocol_error")

    def _receive_part(self, frame: WSFrame, now: float) -> None:
        assert self.parts is not None
        self.parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self.parts)) > CONFIG.largest_frame:
            self.close(WSCloseCode.MESSAGE_TOO_BIG, "message too big", event="oversized")
        elif frame.fin:
            whole, self.parts = b"".join(self.parts), None
            self._receive(whole, int(now * 1000))

    def _receive(self, raw: bytes, now_ms: int) -> None:
        self.hub.messages += 1
        try:
            if raw.startswith((b"[3", b"[4")):
                self._receive_answer(raw, now_ms)
                return
            message_id, action, undecoded = frames.read_call(raw)
            try:
                payload = self.version.decode(action, undecoded, self.hub.latest)
            except Fault as fault:
                fault.message_id, fault.action = message_id, action
                raise
        except Fault as fault:
            self._refuse(raw, fault, now_ms)
        except Ignored:  # an answer with white space before its type, or nothing that OCPP knows
            self._receive_answer(raw, now_ms)
        else:
            self._take(Call(self, message_id, action, payload, raw, self.version.number(payload), now_ms))

    def _take(self, call: Call) -> None:
        """Carry the call out now, or after the one before it. While we stop, a call is left unanswered: it comes again."""
        if self.hub.is_stopping:
            return
        if not self.is_busy:
            self._carry_out(call)
            return
        if self.queue is None:
            self.queue = deque()
        self.queue.append(call)
        if len(self.queue) >= READ_UNTIL and not self.is_resting and self.transport is not None:
            self.is_resting = True
            self.transport.underlying_transport.pause_reading()

    def _carry_out(self, call: Call) -> None:
        at_once = self.version.at_once.get(call.action)
        if at_once is None:
            self.is_busy = True
            self.hub.batches.add(call, in_turn=call.action in self.version.in_turn)
            return
        now_ms = int(time.time() * 1000)
        call.reply = frames.result(call.message_id, at_once(stamp(now_ms)))
        self._log_call(call, now_ms)
        self._reply(call)

    def answer(self, call: Call) -> None:
        """Send the reply of a call that is committed, and go on with the next one."""
        self.is_busy = False
        self._reply(call)
        while self.queue and not self.is_busy:
            self._carry_out(self.queue.popleft())
        if self.is_resting and len(self.queue or ()) <= READ_AGAIN_AT:
            self._read_again()

    def _reply(self, call: Call) -> None:
        if self.transport is not None and not self.is_closing:
            self.transport.send(TEXT, call.reply)

    def _read_again(self) -> None:
        self.is_resting = False
        if self.transport is not None and not self.transport.is_disconnected:
            self.transport.underlying_transport.resume_reading()

    def _refuse(self, raw: bytes, fault: Fault, now_ms: int) -> None:
        reply = frames.error(fault.message_id, fault.code, fault.description)
        self.hub.batches.log(logs.exchange(now_ms, self.station_id, fault.message_id, fault.action, raw, now_ms, reply))
        self.hub.faults += 1
        if self.transport is not None:
            self.transport.send(TEXT, reply)

    def _log_call(self, call: Call, now_ms: int) -> None:
        self.hub.batches.log(
            logs.exchange(call.received_ms, self.station_id, call.message_id, call.action, call.raw, now_ms, call.reply)
        )  # fmt: skip

    def call(self, outgoing: Outgoing) -> None:
        """Send a command, or keep it until the one that is out is answered."""
        if self.outgoing is not None:
            self.commands = self.commands or deque()
            self.commands.append(outgoing)
            return
        if self.transport is None or self.is_closing:
            self.hub.commands.lost(outgoing)
            return
        now = time.time()
        if now > outgoing.expires_at:
            self.hub.commands.expired(outgoing)
            self.next_command()
            return
        self.outgoing, outgoing.sent_at = outgoing, now
        self.hub.calling.add(self)
        self.transport.send(TEXT, outgoing.frame)
        line = logs.line(int(now * 1000), self.station_id, "out", 2, outgoing.message_id, outgoing.action, outgoing.frame, outgoing.number)
        self.hub.batches.log(line)

    def _receive_answer(self, raw: bytes, now_ms: int) -> None:
        """An answer to what we asked, even a late one; another is logged."""
        try:
            kind, message_id, content = frames.read_answer(raw)
            outgoing = next(one for one in (self.outgoing, *(self.late or ())) if one is not None and one.message_id == message_id)
        except (Ignored, StopIteration):
            self.hub.batches.log(logs.line(now_ms, self.station_id, "in", 0, "", "", raw))
            return
        self.hub.batches.log(logs.line(now_ms, self.station_id, "in", kind, message_id, outgoing.action, raw, outgoing.number))
        self.hub.commands.answered(self, outgoing, kind, content)
        if outgoing is self.outgoing:
            self.next_command()
        elif self.late is not None:
            self.late.remove(outgoing)

    def give_up(self, outgoing: Outgoing) -> None:
        """The answer did not come in time; should it come after all, it counts. The next command may go."""
        if self.late is None:
            self.late = deque(maxlen=MOST_LATE)
        self.late.append(outgoing)
        self.hub.commands.lost(outgoing)
        self.next_command()

    def next_command(self) -> None:
        """The command that was out is done with."""
        self.outgoing = None
        self.hub.calling.discard(self)
        if self.commands:
            self.call(self.commands.popleft())

    def unanswered(self) -> list[Outgoing]:
        """The commands that this connection will never hear of; it forgets them."""
        open_ = [*([self.outgoing] if self.outgoing else []), *(self.commands or ())]
        self.outgoing = self.commands = None
        self.hub.calling.discard(self)
        return open_

    def ping(self) -> None:
        if self.transport is not None and not self.is_closing:
            self.is_pinged = True
            self.transport.send_ping()

    def close(self, code: WSCloseCode, reason: str, *, event: str | None = None, **facts: Any) -> None:
        """Say goodbye. What still comes in is thrown away, so that the close frame is not lost in a reset."""
        if self.is_closing or self.transport is None:
            return
        self.is_closing = True
        self.queue = None
        if self.is_resting:
            self._read_again()
        if event:
            self.hub.note(self.station_id, event, {"reason": reason, "address": self.address, **facts})
        self.transport.send_close(code, reason)
        asyncio.get_running_loop().call_later(LINGER_S, _end, self.transport)


def _end(transport: WSTransport) -> None:
    if not transport.is_disconnected:
        transport.disconnect()
