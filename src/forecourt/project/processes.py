"""The three processes of the product, each run to its end in this process."""

import contextlib
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

from forecourt.project.embedded.account import dies_with_parent
from forecourt.project.refusal import Refusal

WSGI = "forecourt.project.wsgi:application"


def prepare() -> None:
    """
    Import the whole product. What is imported before a fork is shared by all processes and read from disk once.

    :raises Refusal: if a setting is wrong.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except (ImproperlyConfigured, ValueError) as error:
        raise Refusal(f"A setting is wrong: {error}") from error


def prepare_all() -> None:
    """Everything that web, gateway and worker will import, so that their forks need not."""
    prepare()
    import granian.server  # noqa: F401
    from django.urls import get_resolver

    import forecourt.gateway.server
    import forecourt.project.wsgi  # noqa: F401

    _ = get_resolver().url_patterns


def web() -> int:
    """Portal and partner API on `FORECOURT_BIND`:`FORECOURT_WEB_PORT`, until SIGTERM or SIGINT."""
    prepare()
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        WSGI,
        address=os.environ.get("FORECOURT_BIND", "127.0.0.1"),
        port=number("FORECOURT_WEB_PORT", 8080),
        interface=Interfaces.WSGI,
        workers=number("FORECOURT_WEB_WORKERS", 2),
        blocking_threads=number("FORECOURT_WEB_THREADS", 4),
        backlog=1024,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=_load)
    return 0


def _load(target: str) -> Callable[..., Any]:
    """Runs in each of granian's workers: one whose parent is killed must not keep the port."""
    from granian._internal import load_target

    dies_with_parent(signal.SIGKILL, parent=os.getppid())()
    loaded: Callable[..., Any] = load_target(target)
    from forecourt.api.direct import Lane
    from forecourt.project.wsgi import lists

    lists.lane = Lane()
    return loaded


def gateway() -> int:
    """
    OCPP on `FORECOURT_BIND`:`FORECOURT_OCPP_PORT`, until SIGTERM or SIGINT.

    One process of Python uses one core: `FORECOURT_OCPP_PROCESSES` share the port, two where there are two cores.
    """
    prepare()
    from forecourt.gateway import server
    from forecourt.project.console import say
    from forecourt.project.supervisor import run_beside

    count = number("FORECOURT_OCPP_PROCESSES", min(2, len(os.sched_getaffinity(0))))
    if count < 2:
        return server.main()
    return server.check() or run_beside({f"gateway {nth + 1}": partial(server.main, nth=nth) for nth in range(count)}, say)


def worker() -> int:
    """Jobs and periodic runs, until SIGTERM or SIGINT. It listens, so behind a pooler it needs `DATABASE_DIRECT_URL`."""
    prepare()
    _step_back()
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    direct = os.environ.get("DATABASE_DIRECT_URL")
    connector = PsycopgConnector(conninfo=direct) if direct else cast(DjangoConnector, app.connector).get_worker_connector()
    from forecourt.project import drains

    end_drain = drains.start()
    with app.replace_connector(connector) as jobs:
        jobs.run_worker(concurrency=number("FORECOURT_WORKER_CONCURRENCY", 4), shutdown_graceful_timeout=8)
    end_drain()
    return 0


def _step_back() -> None:
    """Stations and people go first: where the processor is scarce, a backlog that drains costs the gateway a third at most."""
    niceness = number("FORECOURT_WORKER_NICE", 15)
    os.nice(niceness)
    with contextlib.suppress(OSError):  # each session of processes is a group with a share of its own, where the kernel does so
        Path("/proc/self/autogroup").write_text(str(niceness))


def number(name: str, default: int) -> int:
    """
    A whole number from the environment.

    :raises Refusal: if it is something else.
    """
    text = os.environ.get(name) or str(default)
    if not text.isdecimal():
        raise Refusal(f"{name} must be a whole number, not “{text}”.")
    return int(text)
