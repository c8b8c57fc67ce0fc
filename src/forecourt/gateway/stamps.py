"""Moments as text, often: `2026-11-22T10:00:00.000Z`."""

import time
from functools import lru_cache


def stamp(ms: int) -> str:
    """Milliseconds since 1970 as OCPP writes a moment, UTC. Most are in one of few seconds."""
    second, rest = divmod(ms, 1000)
    return f"{_second(second)}.{rest:03}Z"


@lru_cache(maxsize=64)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
