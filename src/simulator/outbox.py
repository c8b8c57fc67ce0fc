"""
What a station has to say, in order.

Messages of a transaction stay until they are answered, through any number of disconnections, and keep their message
id when they are repeated (OCPP 1.6, 3.7). Notices are worth nothing later: they go when the connection does.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import msgspec

from simulator.clock import Clock
from simulator.configuration import Configuration
from simulator.connection import Connection, NotConnected
from simulator.protocol import CallError, Payload
from simulator.session import Session

log = logging.getLogger(__name__)


class IdTagResult(msgspec.Struct):
    status: str


class StartAnswer(msgspec.Struct, rename="camel"):
    transaction_id: int
    id_tag_info: IdTagResult


@dataclass(slots=True, eq=False)
class Message:
    action: str
    payload: Payload
    session: Session | None = None
    id: str = field(default_factory=lambda: str(uuid4()))
    attempts: int = 0


class Outbox:
    """`on_refused_tag` hears of a session whose start was answered with a tag that may not charge."""

    def __init__(self, *, clock: Clock, configuration: Configuration, on_refused_tag: Callable[[Session], None]) -> None:
        self.empty = asyncio.Event()
        self.empty.set()
        self._something = asyncio.Event()
        self._messages: deque[Message] = deque()
        self._clock, self._configuration, self._on_refused_tag = (clock, configuration, on_refused_tag)

    def notice(self, action: str, payload: Payload) -> None:
        self._put(Message(action, payload))

    def of_transaction(self, session: Session, action: str, payload: Payload) -> None:
        self._put(Message(action, payload, session))

    def forget_notices(self) -> None:
        self._messages = deque(message for message in self._messages if message.session is not None)
        self._mark()

    async def run(self, online: Callable[[], Awaitable[Connection]]) -> None:
        """Deliver for ever, one after the other. `online` waits for a connection on which the station is accepted."""
        while True:
            await self._something.wait()
            connection = await online()
            if not self._messages:
                continue
            message = self._messages[0]
            if await self._is_done(message, connection) and self._messages and self._messages[0] is message:
                self._messages.popleft()
                self._mark()

    def _put(self, message: Message) -> None:
        self._messages.append(message)
        self._mark()

    def _mark(self) -> None:
        (self._something.set if self._messages else self._something.clear)()
        (self.empty.clear if self._messages else self.empty.set)()

    async def _is_done(self, message: Message, connection: Connection) -> bool:
        """Send it once. False if it must be sent again: the connection was lost, or the answer was none."""
        try:
            payload = _with_transaction(message)
            if payload is not None:
                self._hear(message, await connection.call(message.action, payload, message_id=message.id))
            return True
        except NotConnected:
            return False
        except (CallError, TimeoutError, msgspec.ValidationError) as error:
            return await self._is_given_up(message, error)

    async def _is_given_up(self, message: Message, error: Exception) -> bool:
        """Refused answers are repeated `TransactionMessageAttempts` times, ever more slowly; silence for ever (OCPP 1.6, 3.7.1)."""
        message.attempts += 1
        log.warning("%s, attempt %d: %s", message.action, message.attempts, error or "no answer")
        is_refused = not isinstance(error, TimeoutError)
        if message.session is None or (is_refused and message.attempts >= self._configuration.number("TransactionMessageAttempts")):
            return True
        await self._clock.sleep(self._configuration.number("TransactionMessageRetryInterval") * message.attempts)
        return False

    def _hear(self, message: Message, payload: Payload) -> None:
        if message.action != "StartTransaction" or message.session is None:
            return
        answer = msgspec.convert(payload, StartAnswer)
        message.session.transaction_id = answer.transaction_id
        if answer.id_tag_info.status != "Accepted":
            self._on_refused_tag(message.session)


def _with_transaction(message: Message) -> Payload | None:
    """The payload with the transaction's id as it is known now; None if the central system never gave one."""
    if message.session is None or message.action == "StartTransaction":
        return message.payload
    if message.session.transaction_id is None:
        return None
    return {**message.payload, "transactionId": message.session.transaction_id}
