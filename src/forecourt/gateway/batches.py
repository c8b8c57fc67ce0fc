"""The heart of the hot path: calls of many stations are collected for a few milliseconds and committed as one."""

import asyncio
import functools
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic

from django.db import connection

from forecourt.gateway import frames
from forecourt.gateway.calls import Call
from forecourt.gateway.frames import Code
from forecourt.gateway.recording import record

logger = logging.getLogger(__name__)

LARGEST_BATCH = 1_000
WORTH_A_SECOND = 100  # calls; a batch costs as much as ten of them, so few wait for the batch under way
WAIT_AT_MOST_S, LOOK_EVERY_S = 0.02, 0.004
MOST_LINES = 100_000  # of traffic waiting to be logged while the database is away


@dataclass(slots=True)
class _Lane:
    """Calls that wait, and how many batches of them may be under way (`most`) and are."""

    most: int
    waiting: list[Call] = field(default_factory=list)
    under_way: int = 0

    @property
    def may_go(self) -> bool:
        return bool(self.waiting) and self.under_way < self.most

    def take(self) -> list[Call]:
        batch, self.waiting = self.waiting[:LARGEST_BATCH], self.waiting[LARGEST_BATCH:]
        self.under_way += 1
        return batch


class Batches:
    """
    A station has one call in a batch and one batch under way, so its order is kept while `threads` batches commit beside
    each other. Where little arrives, one batch leaves after the other. Only the loop's thread touches this object.

    Calls that lock what stations share (a start locks its payer's wallet) go one batch after the other in a lane of their own:
    beside each other they would wait for each other, and everything else with them.
    """

    def __init__(self, *, collect_s: float, threads: int) -> None:
        self._collect_s = collect_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="commit")
        self._free = asyncio.Semaphore(threads)
        self._in_turn, self._beside = _Lane(1), _Lane(threads)
        self._lines: list[str] = []
        self._something_arrived = asyncio.Event()
        self._under_way: set[asyncio.Future[None]] = set()
        self.committed = self.batches = self.lines_lost = 0

    def add(self, call: Call, *, in_turn: bool) -> None:
        (self._in_turn if in_turn else self._beside).waiting.append(call)
        if not self._something_arrived.is_set():
            self._something_arrived.set()

    def log(self, line: str) -> None:
        """Traffic that changes nothing: it is logged with the next batch, at the latest in a second."""
        if len(self._lines) < MOST_LINES:
            self._lines.append(line)
        else:
            self.lines_lost += 1

    def flush_log(self) -> None:
        if self._lines:
            self._something_arrived.set()

    async def run(self) -> None:
        while True:
            await self._something_arrived.wait()
            await asyncio.sleep(self._collect_s)
            await self._worth_it()
            await self._free.acquire()
            self._send_off()

    async def _worth_it(self) -> None:
        """Return when no batch is under way, when enough wait to send another beside it, or when it takes too long."""
        give_up_at = monotonic() + WAIT_AT_MOST_S
        while self._under_way and not self._in_turn.may_go and len(self._beside.waiting) < WORTH_A_SECOND and monotonic() < give_up_at:
            await asyncio.wait(set(self._under_way), timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED)

    async def finish(self) -> None:
        """Commit what has arrived and wait until all is answered."""
        while self._in_turn.waiting or self._beside.waiting or self._lines or self._under_way:
            if self._in_turn.may_go or self._beside.may_go or self._lines:
                await self._free.acquire()
                self._send_off()
            else:
                await asyncio.wait(self._under_way)

    async def close(self) -> None:
        await self.finish()
        self._pool.submit(connection.close)
        self._pool.shutdown()

    def _send_off(self) -> None:
        lane = self._in_turn if self._in_turn.may_go else self._beside
        batch, lines, self._lines = lane.take(), self._lines, []
        self._look_again()
        subprotocols = [call.caller.subprotocol for call in batch]
        future = asyncio.get_running_loop().run_in_executor(self._pool, record, batch, lines, subprotocols)
        self._under_way.add(future)
        future.add_done_callback(functools.partial(self._answer, lane, batch))

    def _look_again(self) -> None:
        if self._in_turn.may_go or self._beside.may_go:
            self._something_arrived.set()
        else:
            self._something_arrived.clear()

    def _answer(self, lane: _Lane, batch: list[Call], future: "asyncio.Future[None]") -> None:
        self._under_way.discard(future)
        self._free.release()
        lane.under_way -= 1
        if lane.may_go:
            self._something_arrived.set()
        self.batches += 1
        self.committed += len(batch)
        if (error := future.exception()) is not None:  # `record` never raises: a bug costs one batch, not the loop
            logger.error("A batch was lost.", exc_info=error)
        for call in batch:
            call.caller.answer(call if error is None else _failed(call))


def _failed(call: Call) -> Call:
    call.reply = frames.error(call.message_id, Code.INTERNAL_ERROR, "We could not record this message.")
    return call
