"""The simulator's clock: the one place that reads the time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The true time; in tests a time that runs `rate` times faster. It never steps back."""

    def __init__(self, rate: float = 1.0) -> None:
        self._rate = rate
        self._began_at = datetime.now(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=(time.monotonic() - self._began) * self._rate)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._rate)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for the event, at most so many seconds. True if it happened."""
        try:
            async with asyncio.timeout(max(0.0, seconds) / self._rate):
                return await event.wait()
        except TimeoutError:
            return event.is_set()
