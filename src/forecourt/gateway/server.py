"""The gateway process: everything put together, started, kept going, stopped in order."""

import asyncio
import contextlib
import gc
import logging
import os
import resource
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence

import uvloop

from forecourt.gateway import listening, metrics, operations
from forecourt.gateway.batches import Batches
from forecourt.gateway.config import CONFIG
from forecourt.gateway.credentials import Credentials
from forecourt.gateway.door import Door
from forecourt.gateway.hub import Hub
from forecourt.gateway.side import Side
from forecourt.gateway.throttle import Throttle
from forecourt.kit import clock, partitions

logger = logging.getLogger(__name__)

BACKLOG = 8_192  # ten thousand stations may come back in one second
SOCKETS = 65_536
BEAT_EVERY_S = 5.0
WRITE_EVERY_S = 0.05
GOODBYE_S = 2.0
WRITTEN_BY_DAY = ("ocpp_message", "meter_value")  # a day's partition must be there before its first row: moving rows takes long
SWITCH_S = 0.02  # the loop's thread and a committing one both want the interpreter; changing over often costs a fifth


class Gateway:
    """
    One gateway in the running loop: `start`, then `stop`. `port` is the one it listens on.

    Tests run several in one process; each has its own row, sockets and threads.

    :param nth: of several processes on one port, from 0; None if the port is its own.
    """

    def __init__(self, *, bind: str | None = None, port: int | None = None, nth: int | None = None) -> None:
        self._bind, self.port, self._nth = CONFIG.bind if bind is None else bind, CONFIG.port if port is None else port, nth
        self.metrics: metrics.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._server: asyncio.Server | None = None
        self.throttle = Throttle()

    async def start(self) -> None:
        """
        :raises OSError: if a port is taken or the certificate cannot be read.
        :raises django.db.Error: if the database is not there.
        """
        self.loop = asyncio.get_running_loop()
        self._side = Side()
        tls = _tls()
        listener = _listener(self._bind, self.port, is_shared=self._nth is not None)
        self.port = listener.getsockname()[1]
        self.batches = Batches(collect_s=CONFIG.collect_ms / 1000, threads=CONFIG.threads)
        self.hub = Hub(await self._begin(), self._side, self.batches)
        self.credentials = Credentials(Side("door"))
        if CONFIG.metrics_port is not None:
            self.metrics = metrics.Server(self.hub, bind=CONFIG.metrics_bind, port=CONFIG.metrics_port + (self._nth or 0))
        self._tasks = [
            self.loop.create_task(work)
            for work in (
                self.batches.run(),
                self.hub.commands.run(),
                listening.listen(self._channels(), lost=self._hear_stations),
                _every(1.0, self._tick),
                _every(WRITE_EVERY_S, self._write),
                _every(BEAT_EVERY_S, self._beat),
            )
        ]
        self._server = await self.loop.create_server(lambda: Door(self), sock=listener, ssl=tls, backlog=BACKLOG)

    async def stop(self) -> None:
        """Take nobody in, finish what has come, say goodbye, let go of the stations."""
        if self._server is not None:
            self._server.close()
        self.hub.is_stopping = True
        await self.batches.finish()
        self.hub.close_all()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                while self.hub.sessions:
                    await asyncio.sleep(0.02)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.commands.hand_in()
        await self.batches.close()
        await self._write()
        await self._side.run(operations.end_process, self.hub.gateway_id, at=clock.now())
        self._side.close()
        self.credentials.close()
        if self.metrics is not None:
            await self.loop.run_in_executor(None, self.metrics.close)

    async def _begin(self) -> int:
        for table in WRITTEN_BY_DAY:
            await self._side.run(partitions.make_days, table, at=clock.now())
        await self._side.run(operations.bury_dead, at=clock.now())
        name, address = f"{socket.gethostname()}:{os.getpid()}"[:80], f"{self._bind}:{self.port}"[:80]
        return await self._side.run(operations.begin_process, name=name, address=address, at=clock.now())

    def _channels(self) -> dict[str, listening.Hear]:
        return {
            listening.COMMAND: lambda payload: self.hub.commands.asked(int(payload) if payload.isdecimal() else 0),
            listening.STATION: lambda payload: self._hear_stations(),
            listening.LINK: self._hear_link,
        }

    def _hear_stations(self) -> None:
        """Some station has changed."""
        self.credentials.forget()
        self.hub.is_asked_who_left = True

    def _hear_link(self, payload: str) -> None:
        station_id, _, number = payload.partition(":")
        if station_id.isdecimal() and number.isdecimal():
            self.hub.taken_over_elsewhere(int(station_id), int(number))

    def _tell_links(self, pairs: Sequence[tuple[int, int]]) -> None:
        payloads = [f"{station_id}:{number}" for station_id, number in pairs]
        self._told = self.loop.create_task(self._side.run(listening.tell, listening.LINK, payloads))

    async def _tick(self) -> None:
        self.hub.tick()
        await self.hub.end_deleted()
        await self.hub.write_heard()

    async def _write(self) -> None:
        await self.hub.write(self._tell_links)

    async def _beat(self) -> None:
        """Say that we live, bury who does not. Taken for dead ourselves, we begin again under a new number."""
        hub = self.hub
        lives = await self._side.run(
            operations.beat, hub.gateway_id, connections=len(hub.sessions), messages=hub.messages, at=clock.now()
        )  # fmt: skip
        if not lives:
            hub.link_again(await self._begin())
        await self._side.run(operations.bury_dead, at=clock.now())
        await self._side.run(operations.expire_commands, at=clock.now())


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            logger.exception("Work beside the sockets failed; trying again.")
            await asyncio.sleep(1.0)


def _listener(bind: str, port: int, *, is_shared: bool) -> socket.socket:
    """On a shared port the kernel spreads new connections over the listeners by a hash of the station's address and port."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((bind, port))
    listener.setblocking(False)
    return listener


def _tls() -> ssl.SSLContext | None:
    """Security profile 2 where a certificate is configured."""
    if not CONFIG.tls_certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(CONFIG.tls_certificate, CONFIG.tls_key or None)
    return context


def _allow_sockets() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SOCKETS if hard == resource.RLIM_INFINITY else min(SOCKETS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _quieten_python() -> None:
    """The collector leaves what was imported alone and comes seldom; threads hand over when they wait, seldom before."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(SWITCH_S)


async def _serve(nth: int | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gateway = Gateway(nth=nth)
    await gateway.start()
    await stop.wait()
    await gateway.stop()


def main(*, nth: int | None = None) -> int:
    """
    Serve until SIGTERM or SIGINT. 2 if it cannot begin, with one line that says why.

    :param nth: of several processes that share the port, from 0; None: alone.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT))
    _allow_sockets()
    _quieten_python()
    try:
        uvloop.run(_serve(nth))
    except (OSError, ssl.SSLError) as error:
        return _cannot_listen(error)
    return 0


def check() -> int:
    """Before several share the port: 0 if nobody else has it and the certificate can be read, else 2, with one line that says why."""
    try:
        _listener(CONFIG.bind, CONFIG.port, is_shared=False).close()
        _tls()
    except (OSError, ssl.SSLError) as error:
        return _cannot_listen(error)
    return 0


def _cannot_listen(error: Exception) -> int:
    print(f"The gateway cannot listen on {CONFIG.bind}:{CONFIG.port}: {error}", file=sys.stderr)  # noqa: T201
    return 2
