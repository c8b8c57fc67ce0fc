"""
Guessing made slow, without ever locking out a station that knows its password: only failures are counted and refused.

Pure Python; times are seconds, as the caller counts them.
"""

FAILURES_OF_PAIR = 10  # a minute, of one identity from one address
FAILURES_OF_ADDRESS = 60  # a minute, of all identities from one address: a hundred stations may stand behind one
WINDOW_S = 60.0
MOST_KEYS = 100_000

Key = tuple[str, str]


class Throttle:
    """Counts failures in windows of a minute."""

    def __init__(self) -> None:
        self._failures: dict[Key, int] = {}
        self._until = 0.0

    def is_blocked(self, identity: str, address: str, now: float) -> bool:
        """Whether a further failure is answered with 429 instead of 401."""
        self._turn(now)
        pair, whole = self._failures.get((identity, address), 0), self._failures.get(("", address), 0)
        return pair >= FAILURES_OF_PAIR or whole >= FAILURES_OF_ADDRESS

    def failed(self, identity: str, address: str, now: float) -> None:
        self._turn(now)
        for key in ((identity, address), ("", address)):
            if key in self._failures or len(self._failures) < MOST_KEYS:
                self._failures[key] = self._failures.get(key, 0) + 1

    def _turn(self, now: float) -> None:
        if now >= self._until:
            self._failures.clear()
            self._until = now + WINDOW_S
