"""
Rate limits: fixed windows in an UNLOGGED table, one statement a request (partner API §7).

The statement writes no WAL, so its commit waits for no disk; no setting is needed for that.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.http import HttpRequest, HttpResponse

from forecourt.api.errors import TooManyRequests
from forecourt.api.rows import read

COUNT = """
INSERT INTO api_rate_counter AS c (key, "window", count) VALUES (%s, %s, 1)
ON CONFLICT (key, "window") DO UPDATE SET count = c.count + 1 RETURNING count
"""
QUOTA, FAIR_USE = "Quota", "Fair-Use"
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """One request's place in its window. Seconds are whole."""

    policy: str
    quota: int
    interval: int
    remaining: int
    resets_in: int
    is_exceeded: bool

    def headers(self) -> list[tuple[str, str]]:
        told = [
            ("RateLimit-Policy", self.policy),
            ("RateLimit-Quota", str(self.quota)),
            ("RateLimit-TimeWindow", str(self.interval)),
            ("RateLimit-Remaining", str(self.remaining)),
            ("RateLimit-ResetsIn", str(self.resets_in)),
        ]
        return [*told, ("Retry-After", str(self.resets_in))] if self.is_exceeded else told

    def dress(self, response: HttpResponse) -> None:
        for name, value in self.headers():
            response.headers[name] = value


def count(request: HttpRequest, *, key: str, quota: int, interval: int, at: datetime, policy: str = QUOTA) -> None:
    """
    Count this request by `key`, as `hold` says.

    :raises TooManyRequests: beyond the quota of the window (of `interval` seconds).
    """
    second = int(at.timestamp())
    used = int(read(COUNT, [key, datetime.fromtimestamp(second - second % interval, UTC)])[0][0])
    hold(request, used, quota=quota, interval=interval, at=at, policy=policy)


def hold(request: HttpRequest, used: int, *, quota: int, interval: int, at: datetime, policy: str = QUOTA) -> None:
    """
    Put the `Rate` of a counted request, the `used`-th of its window, on it; the response carries the headers.

    :raises TooManyRequests: beyond the quota of the window (of `interval` seconds).
    """
    rate = Rate(policy, quota, interval, max(0, quota - used), interval - int(at.timestamp()) % interval, used > quota)
    request.rate = rate  # type: ignore[attr-defined]
    if rate.is_exceeded:
        raise TooManyRequests(f"More than {quota} requests in {interval} seconds.", retryAfter=rate.resets_in)


def purge(*, at: datetime) -> None:
    """Forget windows that ended long ago."""
    read('DELETE FROM api_rate_counter WHERE "window" < %s RETURNING 1', [at - KEPT])
