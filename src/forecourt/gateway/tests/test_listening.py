"""The session that listens for notices."""

import asyncio

import psutil

from forecourt.gateway import listening


def test_a_connection_cancelled_halfway_is_closed(own_database: str) -> None:
    assert asyncio.run(_left_behind(10)) == 0


async def _left_behind(times: int) -> int:
    """How many sockets are open after so many gateways stopped while their listening session was signing in."""
    before = _sockets()
    ended: list[BaseException | None] = []
    for _ in range(times):
        task = asyncio.create_task(listening.listen({}, lost=lambda: None))
        await asyncio.sleep(0.001)
        task.cancel()
        ended += await asyncio.gather(task, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended)
    return _sockets() - before


def _sockets() -> int:
    return len(psutil.Process().net_connections())
