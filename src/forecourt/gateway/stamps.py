"""Moments as text, often: `2026-11-22T10:00:00.000Z`."""

import time

_latest = (-1, "")  # one tuple: threads replace it whole


def stamp(ms: int) -> str:
    """Milliseconds since 1970 as OCPP writes a moment, UTC. Most are in the same second as the one before."""
    global _latest
    second, rest = divmod(ms, 1000)
    known, text = _latest
    if second != known:
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        _latest = (second, text)
    return f"{text}.{rest:03}Z"
