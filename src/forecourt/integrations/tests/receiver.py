"""A receiver of webhooks on this machine, and entries for it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from aiohttp import web

from forecourt.access import Actor
from forecourt.integrations import operations
from forecourt.integrations.models import Credential, WebhookConfig, WebhookEntry
from forecourt.integrations.operations import Wanted
from forecourt.integrations.tests.factories import AT

SECRET = "a-secret-of-the-receiver"


class Receiver:
    """What arrived, and how it answers: `status`, after `delay` seconds; if that is 302, it leads to `location` or to itself."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status, self.delay, self.url, self.location = 200, 0.0, "", ""

    async def take(self, request: web.Request) -> web.Response:
        self.requests.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.status, text="taken", headers={"Location": self.location or self.url} if self.status == 302 else {})

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [entry for _headers, body in self.requests for entry in msgspec.json.decode(body)["entries"]]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver at `http://localhost:PORT/hook`, in a thread of its own."""
    receiver, loop, ready = Receiver(), asyncio.new_event_loop(), threading.Event()

    async def begin() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/hook", receiver.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://localhost:{runner.addresses[0][1]}/hook"
        return runner

    def serve() -> None:
        runner = loop.run_until_complete(begin())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait(10)
    yield receiver
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def make_webhook(credential: Credential, url: str, **fields: Any) -> WebhookConfig:
    wanted = Wanted(**{"url": url, "secret": SECRET, "event_types": ["*"], "headers": {}} | fields)
    return operations.configure_webhook(actor=Actor.system("test"), credential=credential, wanted=wanted, at=AT)


def make_entries(config: WebhookConfig, count: int, *, entity_id_from: int = 1, **fields: Any) -> list[WebhookEntry]:
    given = {"event_type": "teams", "entity_type": "team", "change": "updated", "event_time": AT, "payload": '{"id":1}'} | fields
    return WebhookEntry.objects.bulk_create(
        WebhookEntry(config=config, entity_id=str(entity_id_from + number), **given) for number in range(count)
    )
