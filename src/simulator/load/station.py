"""One socket under load: it sends what its script yields and hands the script each answer."""

import asyncio
from collections import deque
from collections.abc import Generator
from time import perf_counter

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from simulator import protocol
from simulator.load.frames import Frames
from simulator.load.tally import Tally

Script = Generator[bytes, bytes, None]

LONGEST_HEAD = 80  # an answer names the id within its first bytes
TEXT = WSMsgType.TEXT


class LoadStation(WSListener):
    """
    One call outstanding at a time. In a closed loop the next follows the answer; when paced, it also waits for
    :meth:`release`, and its latency counts from the moment it was due.
    """

    def __init__(self, frames: Frames, tally: Tally) -> None:
        self.frames = frames
        self.is_lost = self.is_ready = False  # ready: booted, and charging where the scenario wants it
        self.interval_s = 0  # between heartbeats, as the boot was answered
        self._tally = tally
        self._transport: WSTransport | None = None
        self._script: Script | None = None  # None while nothing is played
        self._finished: asyncio.Future[None] | None = None
        self._answer: bytes | None = None  # the latest, not yet handed to the script
        self._is_waiting = self._is_paced = self._is_stopping = False
        self._due: deque[float] = deque()
        self._sent_at = 0.0

    def play(self, script: Script, *, paced: bool = False) -> "asyncio.Future[None]":
        """Done when the script ends, when :meth:`stop` has taken effect, or when the connection is lost."""
        self._finished = asyncio.get_running_loop().create_future()
        self._script, self._answer = script, None
        self._is_paced, self._is_stopping = paced, False
        if self.is_lost:
            self._finish()
        elif not paced:
            self._next(perf_counter())
        return self._finished

    def release(self, due_at: float) -> None:
        """A paced message is due. If the one before is still out, it waits its turn."""
        if self._is_waiting:
            self._due.append(due_at)
        elif self._script is not None:
            self._next(due_at)
        else:
            self._tally.unsent += 1  # the connection is gone

    def stop(self) -> None:
        """Send nothing more; the answer that is still out is awaited."""
        self._is_stopping = True
        self._tally.unsent += len(self._due)
        self._due.clear()
        if not self._is_waiting:
            self._finish()

    def give_up(self) -> None:
        """Do not wait for the answer any longer."""
        self._tally.unanswered += self._is_waiting
        self._is_waiting = False
        self._finish()

    def close(self) -> None:
        self._finish()
        if self._transport is not None and not self.is_lost:
            self._transport.send_close(WSCloseCode.OK)
            self._transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.is_lost = True
        if self._script is not None:
            self._tally.dropped += 1
            self.give_up()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is not TEXT:
            if frame.msg_type is WSMsgType.CLOSE:
                transport.disconnect()
            return
        raw = frame.get_payload_as_bytes()
        if raw.startswith(b"[2"):
            self._decline(transport, raw)
        elif self._is_waiting and raw.find(self.frames.id, 0, LONGEST_HEAD) > 0:
            self._receive(raw)

    def _receive(self, raw: bytes) -> None:
        now = perf_counter()
        tally = self._tally
        if tally.is_counting:
            tally.messages += 1
            tally.latencies.append(now - self._sent_at)
        if raw.startswith(b"[4"):
            tally.errors += 1
        self._is_waiting, self._answer = False, raw
        if self._is_stopping:
            self._finish()
        elif not self._is_paced:
            self._next(now)
        elif self._due:
            self._next(self._due.popleft())

    def _next(self, due_at: float) -> None:
        assert self._script is not None
        assert self._transport is not None
        try:
            message = next(self._script) if self._answer is None else self._script.send(self._answer)
        except StopIteration:
            self._finish()
            return
        self._sent_at, self._is_waiting = due_at, True
        self._transport.send(TEXT, message)

    def _finish(self) -> None:
        self._script = None
        if self._finished is not None and not self._finished.done():
            self._finished.set_result(None)

    def _decline(self, transport: WSTransport, raw: bytes) -> None:
        """A station under load does nothing that it is asked to; but it answers."""
        call = protocol.parse(raw)
        transport.send(TEXT, protocol.error(call.id, "NotSupported"))
