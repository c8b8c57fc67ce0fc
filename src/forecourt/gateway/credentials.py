"""Who is who: the credentials of stations, remembered, so that ten thousand may reconnect at once."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from forecourt.gateway.side import Side
from forecourt.kit.secrets import is_same, keyed_hash
from forecourt.network import queries as network
from forecourt.network.queries import ConnectingStation as Credential

KNOWN_FOR_S = 60.0  # if nobody tells us of a change; a notification makes it at once
UNKNOWN_FOR_S = 2.0
MOST_REMEMBERED = 200_000
LOOK_UP_AFTER_S = 0.004
MOST_AT_ONCE = 2_000
PURPOSE = "station-password"


@dataclass(frozen=True, slots=True)
class Remembered:
    credential: Credential | None
    until: float


class Credentials:
    """Looks up identities many at a time. `forget` is called when a station has changed. Only the loop's thread touches it."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._remembered: dict[str, Remembered] = {}
        self._asked: dict[str, asyncio.Future[Credential | None]] = {}
        self._changes = 0

    async def of(self, identity: str) -> Credential | None:
        """The credential of the living station with this identity, or None."""
        remembered = self._remembered.get(identity)
        if remembered is not None and remembered.until > time.monotonic():
            return remembered.credential
        if (asked := self._asked.get(identity)) is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[identity] = loop.create_future()
            if len(self._asked) == 1:
                loop.call_later(LOOK_UP_AFTER_S, lambda: loop.create_task(self._look_up()))
        return await asyncio.shield(asked)

    def forget(self) -> None:
        """Some station has changed: ask the database again about each."""
        self._remembered.clear()
        self._changes += 1

    def close(self) -> None:
        self._side.close()

    async def _look_up(self) -> None:
        asked, self._asked, changes = self._asked, {}, self._changes
        identities = list(asked)
        try:
            found: dict[str, Credential] = {}
            for first in range(0, len(identities), MOST_AT_ONCE):
                found |= await self._side.run(_found, identities[first : first + MOST_AT_ONCE])
        except Exception as error:
            for future in asked.values():
                future.set_exception(error)
            return
        if len(self._remembered) + len(asked) > MOST_REMEMBERED:
            self._remembered.clear()
        now = time.monotonic()
        for identity, future in asked.items():
            credential = found.get(identity)
            if changes == self._changes:
                self._remembered[identity] = Remembered(credential, now + (KNOWN_FOR_S if credential else UNKNOWN_FOR_S))
            if not future.done():
                future.set_result(credential)


def opens(credential: Credential, password: str) -> bool:
    """Whether this is the station's password; in constant time."""
    return credential.password_hash is not None and is_same(keyed_hash(password, purpose=PURPOSE), credential.password_hash)


def _found(identities: Sequence[str]) -> dict[str, Credential]:
    return network.stations_for_connection(identities)
