"""Rows of `ocpp_message`, made as COPY text on the hot path: two for every call."""

import msgspec

from forecourt.gateway.stamps import stamp
from forecourt.network.rules import without_secrets

COLUMNS = "at, station_id, number, direction, type, message_id, action, frame"
COPY = f"COPY ocpp_message ({COLUMNS}) FROM STDIN"
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
    return f"{stamp(ms)}\t{station_id}\t{where}\t{direction}\t{type}\t{_escaped(message_id[:36])}\t{_escaped(action[:40])}\t{text}\n"


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
