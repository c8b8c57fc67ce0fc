"""
Webhooks to a receiver on this machine, which is a process of its own and reads what it is sent.

A *delivery* is an entry: one change of one thing, as one receiver is told of it. A POST carries up to 100 of a receiver, so entries
are measured to one key and to many, in full POSTs and in POSTs of a single entry, which is the dearest there is.
"""

import json
import multiprocessing
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp.web
import msgspec

from bench.installation import Installation

NAME = "bench-webhook-"
KEYS = """
INSERT INTO integrations_credential (flavour, organisation_id, operator_id, name, client_id, secret_hash, scopes, operator_ids, team_ids)
SELECT flavour, organisation_id, operator_id, 'Bench', %(name)s || n, '', scopes, operator_ids, team_ids
FROM integrations_credential, generate_series(1, %(keys)s) AS n WHERE client_id = %(client)s ON CONFLICT (client_id) DO NOTHING
"""
CONFIGS = """
INSERT INTO integrations_webhookconfig (organisation_id, operator_id, credential_id, url, secret_encrypted, secret_set_at, headers_encrypted,
                                        event_types, enabled_at, next_try_at)
SELECT c.organisation_id, c.operator_id, k.id, c.url, c.secret_encrypted, now(), c.headers_encrypted, '{plans}', now(), now()
FROM integrations_webhookconfig c JOIN integrations_credential o ON o.id = c.credential_id, integrations_credential k
WHERE o.client_id = %(client)s AND starts_with(k.client_id, %(name)s)
"""
ENTRIES = """
INSERT INTO integrations_webhookentry (config_id, event_type, entity_type, entity_id, change, event_time, payload)
SELECT c.id, 'charge-points', 'charge-point', (%(first)s + (row_number() OVER ()))::text, 'updated', now(), %(payload)s
FROM (SELECT id FROM integrations_webhookconfig ORDER BY id LIMIT %(keys)s) c, generate_series(1, %(each)s)
"""
NO_LISTENERS = "DELETE FROM integrations_webhookentry; DELETE FROM integrations_webhookconfig"
CHANGED = """
UPDATE network_chargepoint SET note = coalesce(note, '') || 'x' WHERE id IN (
  SELECT p.id FROM network_chargepoint p JOIN integrations_credential k USING (organisation_id)
  WHERE p.deleted_at IS NULL AND k.client_id = %s ORDER BY p.id LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """`seconds` from the commit of the entries until the last one had arrived."""

    entries: int
    posts: int
    seconds: float


class Receiver:
    """Answers 200 at `url`; counts what came to it: POSTs, and different things."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._port, self._posts, self._entries = (context.Value("q", 0) for _ in range(3))
        self._process = context.Process(target=_serve, args=(self._port, self._posts, self._entries), daemon=True)

    def __enter__(self) -> "Receiver":
        self._process.start()
        _until(lambda: bool(self._port.value), 30)
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def url(self) -> str:
        return f"http://localhost:{self._port.value}/hook"

    def wait_for(self, entries: int, cause: Callable[[], None]) -> Delivered:
        """Until so many more entries have come since `cause` was done."""
        before, posts = self._entries.value, self._posts.value
        cause()
        began = time.monotonic()
        _until(lambda: self._entries.value >= before + entries, 120)
        return Delivered(entries, self._posts.value - posts, time.monotonic() - began)


def _serve(port: Any, posts: Any, entries: Any) -> None:
    import asyncio

    seen: set[tuple[str, str]] = set()

    async def take(request: aiohttp.web.Request) -> aiohttp.web.Response:
        for entry in msgspec.json.decode(await request.read())["entries"]:
            seen.add((entry["entityId"], entry["eventTime"]))
        posts.value += 1
        entries.value = len(seen)
        return aiohttp.web.Response()

    async def serve() -> None:
        app = aiohttp.web.Application(client_max_size=64 * 1024**2)
        app.router.add_post("/hook", take)
        runner = aiohttp.web.AppRunner(app, access_log=None)
        await runner.setup()
        await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
        port.value = runner.addresses[0][1]
        await asyncio.Event().wait()

    asyncio.run(serve())


@contextmanager
def listening(at: Installation, keys: int) -> Iterator[Receiver]:
    """A receiver with so many keys, which listen for what never comes. No other webhook is left in the installation."""
    client, first = at.demo["api_credentials"][0]["clientId"], {"name": NAME, "keys": keys - 1}
    with Receiver() as receiver, at.connect(as_owner=True) as connection:
        connection.execute(NO_LISTENERS)
        configure(at, receiver, ["plans"])
        connection.execute(KEYS, first | {"client": client})
        connection.execute(CONFIGS, {"name": NAME, "client": client})
        try:
            yield receiver
        finally:
            connection.execute(NO_LISTENERS)


def configure(at: Installation, receiver: Receiver, event_types: list[str]) -> None:
    """The webhook of the demo's first key, over the API."""
    body = {"webhookUrl": receiver.url, "webhookSecret": "a-secret-of-the-bench", "eventTypes": event_types}
    _call(at, "PUT", "/webhooks/config", body)


def deliver(at: Installation, receiver: Receiver, *, keys: int, each: int) -> Delivered:
    """So many entries for each of so many keys, committed at once; each is a charge point as the API shows it."""
    payload = json.dumps(_call(at, "GET", "/charge-points?perPage=1")["data"][0], separators=(",", ":"))
    with at.connect(as_owner=True) as connection:
        values = {"first": time.time_ns(), "payload": payload, "keys": keys, "each": each}
        return receiver.wait_for(keys * each, lambda: _run(connection, ENTRIES, values))


def change(at: Installation, receiver: Receiver, things: int) -> Delivered:
    """So many charge points change at once: collected, read as the API shows them, and delivered to one key."""
    configure(at, receiver, ["charge-points"])
    with at.connect(as_owner=True) as connection:
        return receiver.wait_for(things, lambda: _run(connection, CHANGED, [at.demo["api_credentials"][0]["clientId"], things]))


def _run(connection: Any, statement: str, values: Any) -> None:
    connection.execute(statement, values)


def _call(at: Installation, method: str, path: str, body: Any = None) -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {at.token()}"}
    request = urllib.request.Request(f"{at.web}/api/v1{path}", json.dumps(body).encode() if body else None, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _until(happened: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError("the webhooks did not arrive in time")
        time.sleep(0.005)
