"""OCPP-J 1.6 frames: `[2, id, action, payload]`, `[3, id, payload]`, `[4, id, code, description, details]`."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

SUBPROTOCOL = "ocpp1.6"
CALL, RESULT, ERROR = 2, 3, 4

Payload = dict[str, Any]


class BadFrame(ValueError):
    """The bytes are not an OCPP-J frame."""


class CallError(Exception):
    """A CALLERROR, sent or received. `code` is one of OCPP-J 1.6, section 4.2.3."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description = code, description


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    action: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Error:
    id: str
    code: str
    description: str


def parse(raw: bytes) -> Call | Result | Error:
    """:raises BadFrame: if this is no frame of OCPP-J."""
    try:
        match msgspec.json.decode(raw):
            case [2, str(id), str(action), dict(payload)]:
                return Call(id, action, payload)
            case [3, str(id), dict(payload)]:
                return Result(id, payload)
            case [4, str(id), str(code), str(description), *_]:
                return Error(id, code, description)
    except msgspec.DecodeError as error:
        raise BadFrame(str(error)) from error
    raise BadFrame("not a CALL, CALLRESULT or CALLERROR")


def call(id: str, action: str, payload: Payload) -> bytes:
    return msgspec.json.encode((CALL, id, action, payload))


def result(id: str, payload: Payload) -> bytes:
    return msgspec.json.encode((RESULT, id, payload))


def error(id: str, code: str, description: str = "") -> bytes:
    return msgspec.json.encode((ERROR, id, code, description, {}))


def timestamp(at: datetime) -> str:
    """`2026-11-22T10:00:00.000Z`"""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def address(url: str, identity: str) -> str:
    """The station's own URL: `{identity}` filled in, percent-encoded."""
    return url.replace("{identity}", quote(identity, safe=""))


def upgrade_headers(identity: str, password: str) -> dict[str, str]:
    """HTTP Basic authentication and the subprotocol (OCPP-J 1.6, sections 3.1.2 and 6.2)."""
    secret = base64.b64encode(f"{identity}:{password}".encode()).decode()
    return {"Authorization": f"Basic {secret}", "Sec-WebSocket-Protocol": SUBPROTOCOL}
