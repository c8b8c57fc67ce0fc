"""One CALL of a station on its way from the socket to the commit and back."""

from typing import Any, Protocol


class Caller(Protocol):
    """The session a call came in by."""

    station_id: int
    subprotocol: str
    number: int

    def answer(self, call: "Call") -> None: ...


class Call:
    """
    `session` is the number of the connection it came by; `payload` is the version's own type; `answer` the payload of the
    CALLRESULT, set by `Version.apply`; `reply` the whole frame that goes out once it is committed.
    """

    __slots__ = (
        "action",
        "answer",
        "caller",
        "fingerprint",
        "message_id",
        "number",
        "payload",
        "raw",
        "received_ms",
        "reply",
        "session",
        "station_id",
    )

    def __init__(
        self, caller: Caller, message_id: str, action: str, payload: Any, raw: bytes, number: int | None, received_ms: int
    ) -> None:
        self.caller, self.station_id, self.session = caller, caller.station_id, caller.number
        self.message_id, self.action, self.payload, self.raw = message_id, action, payload, raw
        self.number, self.received_ms = number, received_ms
        self.fingerprint = 0
        self.answer: bytes | None = None
        self.reply = b""
