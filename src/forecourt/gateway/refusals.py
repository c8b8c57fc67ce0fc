"""Connections that did not get in, counted per minute so that a flood is a few rows."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

MOST_IDENTITIES = 20  # of one address in a minute; further ones are counted together
OTHERS = "…"
LONGEST_IDENTITY = 64


class Refusal(NamedTuple):
    """So many refusals of one kind in one minute. `station_id` where the identity is a station's."""

    identity: str
    address: str
    reason: str
    minute: datetime
    times: int
    last_at: datetime
    station_id: int | None
    operator_id: int | None


class Refusals:
    """Counts until they are taken to be written."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str, datetime], Refusal] = {}
        self._identities: dict[str, set[str]] = defaultdict(set)
        self._minute: datetime | None = None
        self.total = 0

    def add(
        self, identity: str, address: str, reason: str, at: datetime, *, station_id: int | None = None, operator_id: int | None = None
    ) -> None:
        self.total += 1
        minute = at.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute = minute
            self._identities.clear()
        identity = self._named(identity.replace("\0", "\ufffd")[:LONGEST_IDENTITY], address)
        key = (identity, address, reason, minute)
        before = self._counts.get(key)
        self._counts[key] = Refusal(*key, 1 + (before.times if before else 0), at, station_id, operator_id)

    def taken(self) -> Sequence[Refusal]:
        """What was counted since last time."""
        counts, self._counts = self._counts, {}
        return list(counts.values())

    def _named(self, identity: str, address: str) -> str:
        known = self._identities[address]
        if identity not in known and len(known) >= MOST_IDENTITIES:
            return OTHERS
        known.add(identity)
        return identity
