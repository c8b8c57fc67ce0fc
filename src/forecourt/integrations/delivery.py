"""
Door: the sender of webhooks, an event loop in a thread of the worker.

It leases receivers that are due, posts a batch to each and records the outcomes of many at once. Nothing is sent inside a
transaction. Every receiver has its own lease and every host few connections, and receivers that fail share a small part of the
places: a slow one holds up nobody.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import aiohttp
import msgspec
from django.db import connection

from forecourt.integrations import rules
from forecourt.integrations.models import WebhookConfig
from forecourt.integrations.operations.delivering import Batch, Event, Outcome, lease_batches, milliseconds, record_outcomes
from forecourt.integrations.queries.webhooks import pending_count
from forecourt.integrations.secrets import headers_of, previous_secret_of, secret_of
from forecourt.kit import clock, outside

T = TypeVar("T")
TIMEOUT: Final = 10.0  # seconds
PLACES, PLACES_OF_FAILING = 64, 32  # requests at once
PER_HOST: Final = 8
IDLE_PAUSE: Final = 0.5
LOOK_AGAIN: Final = 0.2  # while others are waited for; before that only when half the places are free
AFTER_ERROR: Final = 2.0
ANSWER_KEPT: Final = 500  # characters
ANSWER_READ: Final = 65_536  # bytes; a longer answer costs its connection
AGENT: Final = "Forecourt-Webhooks/1"
log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()


class _Body(msgspec.Struct, frozen=True):
    entries: list[Event]
    pending: int
    timestamp: int  # milliseconds


def request_of(batch: Batch, *, at: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery. What is signed are the bytes that are sent."""
    body = _encoder.encode(_Body(batch.events, batch.left, int(at.timestamp() * 1000)))
    ours = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        rules.SIGNATURE_HEADER: rules.sha1_signature(batch.secret, body),
        **rules.standard_headers(
            batch.secret, message_id=rules.message_id(batch.entry_ids), at=at, body=body, previous_secret=batch.previous_secret
        ),
    }
    return body, batch.headers | ours


def send_test(config: WebhookConfig, *, at: datetime) -> Outcome:
    """
    A signed delivery that says nothing: a charge without id and payload, as the contract allows. It is not kept.

    It does not go through the queue, so it tells at once whether the receiver answers.
    """
    event = Event("charge", None, "updated", milliseconds(at), None)
    secret, headers = secret_of(config.secret_encrypted), headers_of(config.headers_encrypted)
    is_previous_good = config.previous_secret_until is not None and at < config.previous_secret_until
    previous = previous_secret_of(config.previous_secret_encrypted) if is_previous_good else ""
    batch = Batch(config.pk, config.url, secret, headers, [], [event], pending_count(config), 0, previous)
    body, headers = request_of(batch, at=at)
    try:
        answer = outside.call("POST", batch.url, headers=headers, body=body, timeout=TIMEOUT)
    except outside.Unreachable as error:
        return Outcome(batch, None, error=error.reason)
    return Outcome(batch, answer.status, answer=_shown(answer.body))


async def deliver(client: aiohttp.ClientSession, batch: Batch, *, at: datetime) -> Outcome:
    """Post one batch, signed or not at all. Redirects are not followed: they are an answer that is no success."""
    if batch.unreadable:
        return Outcome(batch, None, error=batch.unreadable)
    body, headers = request_of(batch, at=at)
    try:
        async with client.post(batch.url, data=body, headers=headers, allow_redirects=False) as answer:
            return Outcome(batch, answer.status, answer=_shown(await answer.content.read(ANSWER_READ)))
    except (aiohttp.ClientError, outside.Unreachable, OSError, TimeoutError, ValueError) as error:
        return Outcome(batch, None, error=outside.reason_of(error))
    except Exception as error:  # a bug costs this delivery, not those that ended beside it
        log.exception("A delivery to webhook %d failed.", batch.config_id)
        return Outcome(batch, None, error=outside.reason_of(error))


def _close_connection() -> None:
    """Named, because `connection.close` would be looked up in the loop's thread: another connection."""
    connection.close()


def _shown(answer: bytes) -> str:
    return answer[: ANSWER_KEPT * 4].decode(errors="replace").replace("\x00", "")[:ANSWER_KEPT]


class Sender:
    """One loop of sending. `run` returns when it is told to stop and what is under way has been answered."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._database = ThreadPoolExecutor(1, thread_name_prefix="webhook-database")  # one connection
        self._under_way: dict[asyncio.Task[Outcome], bool] = {}  # is it one that fails?
        self._looks = {False: 0.0, True: 0.0}  # when to look for those that work, and those that fail, at the latest

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        async with outside.session(timeout=TIMEOUT, connections_per_host=PER_HOST) as client:
            while self._under_way or not self._stop.is_set():
                try:
                    await self._once(client)
                except Exception:
                    log.exception("Sending webhooks failed; trying again.")
                    await self._in_database(_close_connection)
                    await asyncio.sleep(AFTER_ERROR)
        await self._in_database(_close_connection)
        self._database.shutdown()

    async def _once(self, client: aiohttp.ClientSession) -> None:
        if not self._stop.is_set():
            await self._take(client)
        if not self._under_way:
            await asyncio.sleep(IDLE_PAUSE)
            return
        done, _rest = await asyncio.wait(self._under_way, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self._under_way[task]
        if done:
            outcomes = [task.result() for task in done]
            await self._in_database(lambda: record_outcomes(outcomes, at=clock.now()))

    async def _take(self, client: aiohttp.ClientSession) -> None:
        """Begin to send to whoever is due, as far as there are places."""
        for is_failing, most in ((False, PLACES), (True, PLACES_OF_FAILING)):
            failing = sum(self._under_way.values())
            limit = min(PLACES - len(self._under_way), most - failing if is_failing else most)
            if limit > 0 and self._is_time_to_look(is_failing):
                batches = await self._in_database(partial(lease_batches, limit=limit, is_failing=is_failing, at=clock.now()))
                self._under_way |= {asyncio.create_task(deliver(client, batch, at=clock.now())): is_failing for batch in batches}

    def _is_time_to_look(self, is_failing: bool) -> bool:
        """Looking passes over every webhook that is on, so not after each answer."""
        now = time.monotonic()
        is_time = now >= self._looks[is_failing] or (not is_failing and len(self._under_way) <= PLACES // 2)
        if is_time:
            self._looks[is_failing] = now + LOOK_AGAIN
        return is_time

    async def _in_database(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, work)
