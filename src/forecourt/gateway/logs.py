"""
Rows of `ocpp_message`, made as COPY text on the hot path: one for every call, with its answer beside it.

What is said otherwise (our commands, a station's answers, nonsense) has a row of its own. `queries.message_rows` shows both alike.
"""

import msgspec

from forecourt.gateway.stamps import stamp
from forecourt.network.rules import without_secrets

COLUMNS = "at, station_id, number, direction, type, message_id, action, frame, answered_at, answer"
COPY = f"COPY ocpp_message ({COLUMNS}) FROM STDIN"
LONGEST_WAIT_MS = 30_000  # an answer that took longer is a row of its own: readers look so far back for the call of an answer
_CONFIGURING = frozenset({"GetConfiguration", "ChangeConfiguration", "GetVariables", "SetVariables", "NotifyReport"})


def line(ms: int, station_id: int, direction: str, type: int, message_id: str, action: str, frame: bytes, number: int | None = None) -> str:
    """
    One row. What PostgreSQL cannot store in a text (U+0000, bytes that are not UTF-8) becomes U+FFFD. A station's password is masked.

    :param ms: when it crossed the wire, milliseconds since 1970.
    """
    if action in _CONFIGURING:
        frame = _without_secrets(frame)
    text = _escaped(frame.decode("utf-8", "replace"))
    where = "\\N" if number is None else number
    return (
        f"{stamp(ms)}\t{station_id}\t{where}\t{direction}\t{type}\t{_escaped(message_id[:36])}\t{_escaped(action[:40])}\t{text}\t\\N\t\\N\n"
    )


def exchange(
    ms: int, station_id: int, message_id: str, action: str, frame: bytes, answered_ms: int, answer: bytes, number: int | None = None
) -> str:
    """A station's call and our answer, as `line` would write them."""
    if not 0 <= answered_ms - ms <= LONGEST_WAIT_MS:
        return line(ms, station_id, "in", 2, message_id, action, frame, number) + line(
            answered_ms, station_id, "out", answer[1] - 48, message_id, action, answer, number  # "[3," or "[4,"
        )  # fmt: skip
    if action in _CONFIGURING:
        frame = _without_secrets(frame)
    text = frame.decode("utf-8", "replace")
    if "\\" in text or not text.isprintable():  # id and action are parts of the frame: where it is plain, they are
        text, message_id, action = _escaped(text), _escaped(message_id[:36]), _escaped(action[:40])
    where = "\\N" if number is None else number
    return f"{stamp(ms)}\t{station_id}\t{where}\tin\t2\t{message_id}\t{action}\t{text}\t{stamp(answered_ms)}\t{_escaped(answer.decode())}\n"


def _without_secrets(frame: bytes) -> bytes:
    """The frame as it came, unless a secret stands in it. What is not JSON is never answered, and kept as it came."""
    try:
        told = msgspec.json.decode(frame)
    except msgspec.DecodeError:
        return frame
    kept = without_secrets(told)
    return frame if kept == told else msgspec.json.encode(kept)


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if not text.isprintable():
        text = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t").replace("\0", "\ufffd")
    return text
