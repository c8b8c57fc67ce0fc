"""Commands on their way to stations, and their answers on the way back."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from forecourt.charging import operations as charging
from forecourt.gateway import frames
from forecourt.kit import clock
from forecourt.kit.operations import acting
from forecourt.network import operations as network
from forecourt.network.intents import CommandAnswer, DueCommand
from forecourt.network.models import Command

if TYPE_CHECKING:
    from forecourt.gateway.hub import Hub
    from forecourt.gateway.session import Session

logger = logging.getLogger(__name__)

POLL_S = 1.0
SETTLE_S = 0.02
State = Command.State


class Outgoing:
    """One command as a CALL. `expires_at` and `sent_at` are seconds since 1970; it is never sent after the first."""

    __slots__ = ("action", "command_action", "command_id", "expires_at", "frame", "message_id", "number", "sent_at", "station_id")

    def __init__(self, command: DueCommand, action: str, payload: dict[str, Any]) -> None:
        self.command_id, self.command_action, self.station_id = command.id, command.action, command.station_id
        self.message_id, self.action, self.number = f"c{command.id}", action, payload.get("connectorId")
        self.frame = frames.call(self.message_id, action, payload)
        self.expires_at, self.sent_at = command.expires_at.timestamp(), 0.0


class Commands:
    """
    Takes the commands of connected stations from the database, as soon as PostgreSQL says so and every second, and hands
    answers in, many at a time. Only the loop's thread touches this object.
    """

    def __init__(self, hub: "Hub") -> None:
        self._hub, self._side, self._sessions = hub, hub.side, hub.sessions
        self._asked: set[int] = set()
        self._answers: list[CommandAnswer] = []
        self._wake = asyncio.Event()

    def asked(self, station_id: int) -> None:
        """A command was requested for this station; perhaps it is ours."""
        if station_id in self._sessions:
            self._asked.add(station_id)
            self._wake.set()

    async def run(self) -> None:
        polled_at = 0.0
        while True:
            try:
                async with asyncio.timeout(POLL_S):
                    await self._wake.wait()
                await asyncio.sleep(SETTLE_S)
            except TimeoutError:
                pass
            self._wake.clear()
            station_ids, self._asked = self._asked, set()
            if time.monotonic() - polled_at >= POLL_S:
                polled_at, station_ids = time.monotonic(), set(self._sessions)
            try:
                await self.hand_in()
                if station_ids:
                    await self._take(sorted(station_ids))
            except Exception:
                logger.exception("Commands could not be taken; trying again.")
                await asyncio.sleep(POLL_S)

    async def _take(self, station_ids: list[int]) -> None:
        for command in await self._side.run(_taken, station_ids, self._hub.gateway_id):
            session = self._sessions.get(command.station_id)
            if session is None:
                self._settle(command.id, State.UNKNOWN, None)
                continue
            try:
                action, payload = session.version.request(command.action, command.payload)
            except (KeyError, ValueError, TypeError) as error:
                logger.exception("Command %s cannot be translated.", command.id)
                self._settle(command.id, State.FAILED, {"description": f"This station cannot be asked that: {error}"})
                continue
            session.call(Outgoing(command, action, payload))

    def answered(self, session: "Session", outgoing: Outgoing, kind: int, content: Any) -> None:
        """The station has answered with a CALLRESULT or a CALLERROR."""
        state = session.version.verdict(outgoing.command_action, content) if kind == frames.CALL_RESULT else State.FAILED
        self._settle(outgoing.command_id, state, content)

    def lost(self, outgoing: Outgoing) -> None:
        """We shall never hear what became of it. One that never left is failed, not unknown."""
        if outgoing.sent_at:
            self._settle(outgoing.command_id, State.UNKNOWN, None)
        else:
            self._settle(outgoing.command_id, State.FAILED, {"description": "The station went away before it could be asked."})

    def expired(self, outgoing: Outgoing) -> None:
        self._settle(outgoing.command_id, State.EXPIRED, None)

    def _settle(self, command_id: int, state: str, answer: dict[str, object] | None) -> None:
        self._answers.append(CommandAnswer(command_id, state, answer, clock.now()))
        self._wake.set()

    async def hand_in(self) -> None:
        """Write the answers that have come in. They are kept if the database refuses them now."""
        answers, self._answers = self._answers, []
        if not answers:
            return
        try:
            await self._side.run(_hand_in, answers)
        except Exception:
            self._answers = answers + self._answers
            raise


def _taken(station_ids: Sequence[int], gateway_id: int) -> list[DueCommand]:
    return network.take_commands(station_ids=station_ids, gateway_id=gateway_id, at=clock.now())


def _hand_in(answers: Sequence[CommandAnswer]) -> None:
    """What the network and the charge learn from the answers, in one transaction."""
    with acting(None):
        network.answer_commands(answers)
        charging.note_command_answers(answers)
