"""All sockets of this process: who is connected, who is heard of, who is told."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from picows import WSCloseCode

from forecourt.gateway import operations, queries
from forecourt.gateway.batches import Batches
from forecourt.gateway.commands import Commands
from forecourt.gateway.config import CONFIG
from forecourt.gateway.operations import Noted
from forecourt.gateway.refusals import Refusals
from forecourt.gateway.session import Session
from forecourt.gateway.side import Side
from forecourt.kit import clock
from forecourt.network import operations as network
from forecourt.network import queries as network_queries
from forecourt.network.intents import LinkIntent

logger = logging.getLogger(__name__)

FUTURE = timedelta(hours=24)  # a station's clock may be that much ahead
WRITE_HEARD_EVERY_S = 10.0
LOOK_AROUND_EVERY_S = 5.0
MOST_LINKS = 2_000  # in one transaction
MOST_NOTES = 50_000

Told = Callable[[Sequence[tuple[int, int]]], None]


class Hub:
    """
    The sessions of this process, by station. Everything here happens in the loop's thread; what is written goes to the side.

    `price_s` and `credit_s` are the token bucket of one station, as time: each frame costs `price_s`, and at most `credit_s`
    may be spent ahead.
    """

    def __init__(self, gateway_id: int, side: Side, batches: Batches) -> None:
        self.gateway_id, self.side, self.batches = gateway_id, side, batches
        self.sessions: dict[int, Session] = {}
        self.commands = Commands(self)
        self.calling: set[Session] = set()
        self.refusals = Refusals()
        self.messages = self.faults = 0
        self.is_stopping = False
        self.is_asked_who_left = False
        self.price_s = 1.0 / CONFIG.messages_per_second
        self.credit_s = CONFIG.burst * self.price_s
        self.latest = datetime.now(UTC) + FUTURE
        self._notes: list[Noted] = []
        self._opened: list[Session] = []
        self._closed: list[LinkIntent] = []
        self._newest = 0
        self._heard_at = self._looked_at = time.time()

    def opened(self, session: Session) -> None:
        """A station has authenticated and its socket is open: it takes over from the one before."""
        session.number = self._newest = max(self._newest + 1, time.time_ns() // 1000)
        before = self.sessions.get(session.station_id)
        self.sessions[session.station_id] = session
        self._opened.append(session)
        self.note(session.station_id, "connected", {"address": session.address, "session": session.number})
        if before is not None:
            self._end(before, "taken over by a newer connection", by=session.address)

    def closed(self, session: Session, why: str | None) -> None:
        """A socket is gone."""
        if why is not None:
            self.note(session.station_id, why, {"address": session.address})
        self._forget_commands(session)
        self._closed.append(LinkIntent(session.station_id, self.gateway_id, session.number, clock.now(), session.address))
        if self.sessions.get(session.station_id) is session:
            del self.sessions[session.station_id]
            self.note(session.station_id, "disconnected", {"address": session.address, "session": session.number})

    def taken_over_elsewhere(self, station_id: int, number: int) -> None:
        """Another gateway has a newer connection of this station."""
        session = self.sessions.get(station_id)
        if session is not None and session.number < number:
            self._end(session, "taken over by a newer connection")

    async def end_deleted(self) -> None:
        """Close the sockets of stations that were deleted, if any station has changed since."""
        if not self.is_asked_who_left:
            return
        self.is_asked_who_left = False
        try:
            deleted = await self.side.run(network_queries.deleted_stations, list(self.sessions))
        except Exception:
            self.is_asked_who_left = True
            raise
        for station_id in deleted:
            if (session := self.sessions.get(station_id)) is not None:
                self._forget_commands(session)
                session.close(WSCloseCode.POLICY_VIOLATION, "this station was deleted", event="deleted")

    def _end(self, session: Session, reason: str, **facts: Any) -> None:
        self._forget_commands(session)
        session.close(WSCloseCode.POLICY_VIOLATION, reason, event="taken_over", session=session.number, **facts)

    def _forget_commands(self, session: Session) -> None:
        for outgoing in session.unanswered():
            self.commands.lost(outgoing)

    def note(self, station_id: int, kind: str, detail: dict[str, Any]) -> None:
        """Something for the connection history."""
        if len(self._notes) < MOST_NOTES:
            self._notes.append(Noted(station_id, kind, detail, clock.now()))

    def tick(self) -> None:
        """Once a second: what every connection would otherwise need a timer for."""
        now = time.time()
        self.latest = datetime.now(UTC) + FUTURE
        self.batches.flush_log()
        for session in list(self.calling):
            if (outgoing := session.outgoing) is not None and outgoing.sent_at < now - CONFIG.call_timeout_s:
                session.give_up(outgoing)
        if now - self._looked_at >= LOOK_AROUND_EVERY_S:
            self._looked_at = now
            self._look_around(now)

    def _look_around(self, now: float) -> None:
        """Ping who has been silent; end who has not answered."""
        for session in list(self.sessions.values()):
            silent_s = now - session.heard_at
            if silent_s > 2 * CONFIG.ping_after_s:
                session.close(WSCloseCode.GOING_AWAY, "no answer to a ping", event="silent")
            elif silent_s > CONFIG.ping_after_s and not session.is_pinged:
                session.ping()

    async def write(self, tell: Told) -> None:
        """
        Write links, history and refusals, many at a time. What cannot be written now is written later.

        :param tell: given (station, session) pairs that other gateways must let go of.
        """
        opened, self._opened = self._opened, []
        closed, self._closed = self._closed, []
        notes, self._notes = self._notes, []
        try:
            for first in range(0, len(opened), MOST_LINKS):
                await self._link(opened[first : first + MOST_LINKS], tell)
            for first in range(0, len(closed), MOST_LINKS):
                await self.side.run(network.unlink_stations, closed[first : first + MOST_LINKS])
        except Exception:
            self._opened, self._closed = opened + self._opened, closed + self._closed
            self._notes = notes + self._notes
            raise
        if notes:
            await self.side.run(operations.record_events, notes)
        if refusals := self.refusals.taken():
            await self.side.run(operations.record_refusals, refusals)

    async def _link(self, sessions: Sequence[Session], tell: Told) -> None:
        at = clock.now()
        intents = [LinkIntent(one.station_id, self.gateway_id, one.number, at, one.address) for one in sessions]
        numbers = {one.station_id: one.number for one in sessions}
        elsewhere = await self.side.run(_link, intents, self.gateway_id)
        if elsewhere:
            tell([(station_id, numbers[station_id]) for station_id in elsewhere])

    async def write_heard(self) -> None:
        """When stations were last heard; every few seconds, in one statement."""
        now = time.time()
        if now - self._heard_at < WRITE_HEARD_EVERY_S:
            return
        since, self._heard_at = self._heard_at, now
        heard = [station_id for station_id, session in self.sessions.items() if session.heard_at >= since]
        if heard:
            await self.side.run(network.record_heard, heard, at=clock.now())

    def link_again(self, gateway_id: int) -> None:
        """Others took this process for dead: under its new number, everybody is linked again."""
        self.gateway_id = gateway_id
        self._opened = list(self.sessions.values())

    def close_all(self) -> None:
        for session in list(self.sessions.values()):
            session.close(WSCloseCode.GOING_AWAY, "the gateway is stopping")


def _link(intents: Sequence[LinkIntent], gateway_id: int) -> list[int]:
    """Link them; the stations that another gateway held until now."""
    elsewhere = queries.held_elsewhere([intent.station_id for intent in intents], gateway_id=gateway_id)
    linked = dict(zip([intent.station_id for intent in intents], network.link_stations(intents), strict=True))
    return [station_id for station_id in elsewhere if linked.get(station_id)]
