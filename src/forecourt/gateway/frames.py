"""
OCPP-J: how messages are framed on a WebSocket, the same in every protocol version.

Source: OCPP 1.6 JSON specification, section 4 (RPC framework).
"""

from enum import StrEnum

import msgspec

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
LONGEST_ID = 36  # OCPP-J 1.6, 4.1.4
UNREADABLE = "-1"  # the id we answer where the message's own cannot be read
MalformedJson = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_encode = msgspec.json.encode
_call_head = msgspec.json.Decoder(tuple[int, str, str, msgspec.Raw]).decode


class Code(StrEnum):
    """Error codes of a CALLERROR, in the standard's own spelling (OCPP-J 1.6, 4.2.3)."""

    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    FORMATION = "FormationViolation"
    PROPERTY = "PropertyConstraintViolation"
    OCCURENCE = "OccurenceConstraintViolation"
    TYPE = "TypeConstraintViolation"


class Fault(Exception):
    """A CALL that cannot be carried out; it is answered with a CALLERROR and changes nothing."""

    def __init__(self, code: Code, description: str, *, message_id: str = UNREADABLE, action: str = "") -> None:
        super().__init__(description)
        self.code, self.description, self.message_id, self.action = code, description, message_id, action


class Ignored(Exception):
    """A message that the standard says to ignore: an unknown message type, an answer to nothing."""


def read_call(raw: bytes) -> tuple[str, str, msgspec.Raw]:
    """
    The id, action and undecoded payload of a CALL.

    :raises Fault: if it is not one; with the message's id where that can be read.
    :raises Ignored: if the message type is unknown.
    """
    try:
        kind, message_id, action, payload = _call_head(raw)
    except MalformedJson:
        raise _malformed(raw) from None
    if kind != CALL or not 0 < len(message_id) <= LONGEST_ID or len(action) > 40 or b"\\u0000" in raw:
        raise _malformed(raw)
    return message_id, action, payload


def read_answer(raw: bytes) -> tuple[int, str, object]:
    """
    The type, id and content of a CALLRESULT (its payload) or CALLERROR (code, description and details).

    :raises Ignored: if it is neither; an answer is never answered.
    """
    try:
        match msgspec.json.decode(raw):
            case [3, str(message_id), dict(payload)]:
                return CALL_RESULT, message_id, payload
            case [4, str(message_id), str(code), *rest]:
                description = rest[0] if rest and isinstance(rest[0], str) else ""
                return CALL_ERROR, message_id, {"code": code, "description": description}
    except MalformedJson:
        pass
    raise Ignored


def call(message_id: str, action: str, payload: object) -> bytes:
    return _encode([CALL, message_id, action, payload])


def result(message_id: str, payload: bytes) -> bytes:
    """:param payload: JSON, ready."""
    return b"[3,%b,%b]" % (_encode(message_id), payload)


def error(message_id: str, code: Code, description: str) -> bytes:
    return b'[4,%b,"%b",%b,{}]' % (_encode(message_id), code.encode(), _encode(description[:255]))


def _malformed(raw: bytes) -> Exception:
    """What is wrong with a frame that is no CALL of ours."""
    try:
        whole = msgspec.json.decode(raw)
    except MalformedJson:
        return Fault(Code.FORMATION, "The message is not JSON.")
    if not isinstance(whole, list) or not whole:
        return Fault(Code.FORMATION, "The message is not a JSON array.")
    if isinstance(whole[0], int) and whole[0] != CALL:
        return Ignored()
    message_id = whole[1] if len(whole) > 1 and isinstance(whole[1], str) and 0 < len(whole[1]) <= LONGEST_ID else UNREADABLE
    if b"\\u0000" in raw:
        return Fault(Code.PROPERTY, "A text contains a character that cannot be stored (U+0000).", message_id=message_id)
    return Fault(Code.FORMATION, "A call is [2, id of 1 to 36 characters, action, payload].", message_id=message_id)
