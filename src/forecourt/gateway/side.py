"""Database work beside the hot path: links, commands, refusals, heartbeats of the process. One thread, one connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import Error, close_old_connections, connection

P = ParamSpec("P")
R = TypeVar("R")


class Side:
    """Runs one function after the other in a thread of its own, so the loop never waits for PostgreSQL."""

    def __init__(self, name: str = "side") -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: _run(function, *args, **kwargs))

    def close(self) -> None:
        self._pool.submit(connection.close)
        self._pool.shutdown()


def _run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    close_old_connections()
    try:
        return function(*args, **kwargs)
    except Error:
        connection.close_if_unusable_or_obsolete()
        raise
