"""
The exact error for a payload that the fast decoders refuse: the standard's own JSON schemas, which ship with `ocpp`.

Timestamps without an offset are common in the field and are read as UTC; everything else is as strict as the schemas.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import ocpp

from forecourt.gateway.frames import Code, Fault, MalformedJson
from forecourt.gateway.ocpp16.messages import Message

_FOLDER = Path(ocpp.__file__).parent / "v16" / "schemas"
KNOWN_ACTIONS = frozenset(file.stem for file in _FOLDER.glob("*.json") if not file.stem.endswith("Response"))

# Keyword of the schema → code of OCPP-J. What is missing or of the wrong type is said before what is out of range.
_CODES = {
    "Required": Code.OCCURENCE,
    "MinItems": Code.OCCURENCE,
    "MaxItems": Code.OCCURENCE,
    "Type": Code.TYPE,
    "AdditionalProperties": Code.FORMATION,
    "Format": Code.FORMATION,
}
_ORDER = ("Required", "Type", "AdditionalProperties", "MinItems", "MaxItems", "MaxLength", "Enum", "Format")
_TIMES = ("timestamp",)


def decode_slowly(raw: bytes, message: type[Message]) -> Message:
    """
    The message after all, if only its timestamps lack an offset.

    :raises Fault: with the exact code and what is wrong, as people read it.
    """
    try:
        payload = msgspec.json.decode(raw)
    except MalformedJson:
        raise Fault(Code.FORMATION, "The payload is not JSON.") from None
    if not isinstance(payload, dict):
        raise Fault(Code.FORMATION, "The payload is not a JSON object.")
    errors = sorted(_validator(message.__name__).iter_errors(payload), key=_urgency)
    if errors:
        where = "/".join(str(step) for step in errors[0].instance_path)
        raise Fault(
            _CODES.get(type(errors[0].kind).__name__, Code.PROPERTY), f"{where}: {errors[0].message}" if where else errors[0].message
        )
    try:
        return msgspec.convert(_with_offsets(payload), message, strict=True)
    except msgspec.ValidationError as error:
        raise Fault(Code.PROPERTY, str(error)) from None


@cache
def _validator(action: str) -> Any:
    schema = json.loads((_FOLDER / f"{action}.json").read_text("utf-8-sig"))
    return jsonschema_rs.Draft4Validator(schema, validate_formats=False)


def _urgency(error: Any) -> int:
    kind = type(error.kind).__name__
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _with_offsets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _moment(item) if key in _TIMES and isinstance(item, str) else _with_offsets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_offsets(item) for item in value]
    return value


def _moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Fault(Code.FORMATION, f"“{text[:40]}” is not a moment (RFC 3339).") from None
    return text if at.tzinfo else f"{text}Z"
