"""
Guessing made slow, without ever locking out a station that knows its password: after too many failures the verdict comes late.

Only who has not come in from an address before can be turned away unheard there, when too many of them wait already.
Pure Python; times are seconds, as the caller counts them.
"""

from collections import Counter
from enum import Enum

FAILURES_OF_PAIR = 10  # a minute, of one identity from one address
FAILURES_OF_ADDRESS = 60  # a minute, of all identities from one address: a hundred stations may stand behind one
FAILURES_OF_IDENTITY = 30  # a minute, of one identity from all addresses
WINDOW_S = 60.0
VERDICT_AFTER_S = 3.0
MOST_WAITING = 2_000
MOST_WAITING_OF_ADDRESS = 20  # of identities that never came in from there
MOST_KEYS = 100_000

Key = tuple[str, str]


class Heard(Enum):
    """How an attempt to come in is heard."""

    AT_ONCE = "at once"
    LATE = "late"
    NOT = "not"


class Throttle:
    """Counts failures in windows of a minute, who waits for a verdict, and who has come in from where."""

    def __init__(self) -> None:
        self._failures: Counter[Key] = Counter()
        self._until = 0.0
        self._waiting: Counter[str] = Counter()
        self._known: dict[Key, None] = {}

    def is_blocked(self, identity: str, address: str, now: float) -> bool:
        """Whether a further failure is answered with 429 instead of 401."""
        self._turn(now)
        return (
            self._failures[identity, address] >= FAILURES_OF_PAIR
            or self._failures["", address] >= FAILURES_OF_ADDRESS
            or self._failures[identity, ""] >= FAILURES_OF_IDENTITY
        )

    def heard(self, identity: str, address: str, now: float) -> Heard:
        """How this attempt is heard. Who is heard late waits for `VERDICT_AFTER_S`, between `wait` and `waited`."""
        if not self.is_blocked(identity, address, now):
            return Heard.AT_ONCE
        if (identity, address) in self._known:
            if self._failures[identity, address] < FAILURES_OF_PAIR:
                return Heard.AT_ONCE
        elif self._waiting[address] >= MOST_WAITING_OF_ADDRESS:
            return Heard.NOT
        return Heard.LATE if self._waiting.total() < MOST_WAITING else Heard.NOT

    def wait(self, address: str) -> None:
        self._waiting[address] += 1

    def waited(self, address: str) -> None:
        self._waiting[address] -= 1
        if not self._waiting[address]:
            del self._waiting[address]

    def failed(self, identity: str, address: str, now: float) -> None:
        self._turn(now)
        for key in ((identity, address), ("", address), (identity, "")):
            if key in self._failures or len(self._failures) < MOST_KEYS:
                self._failures[key] += 1

    def opened(self, identity: str, address: str) -> None:
        """This identity has proved itself from this address."""
        self._known.pop((identity, address), None)
        self._known[identity, address] = None
        if len(self._known) > MOST_KEYS:
            del self._known[next(iter(self._known))]

    def _turn(self, now: float) -> None:
        if now >= self._until:
            self._failures.clear()
            self._until = now + WINDOW_S
