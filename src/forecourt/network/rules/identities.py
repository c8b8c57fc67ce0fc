"""Names of things: station identities, EVSE ids, charge key identifiers."""

import re

# OCPP 1.6J §3.1.1 and 2.0.1 Part 4 §3.1.1: identifierString, at most 48 characters; it is the last part of a URL.
_IDENTITY = re.compile(r"[A-Za-z0-9*\-_=:+|@.]{1,48}")
_RFID_LENGTHS = (8, 14, 16, 20)  # spec P2.4
_VEHICLE_PREFIX = "VID:"
EVSE_PARTY = "FCT"


def is_identity(text: str) -> bool:
    return _IDENTITY.fullmatch(text) is not None


def numbered_identities(prefix: str, count: int, *, first: int = 0) -> list[str]:
    """`P00000`, `P00001` …; the number grows beyond five digits where it must."""
    return [f"{prefix}{number:05}" for number in range(first, first + count)]


def new_evse_id(country: str, id: int) -> str:
    """eMI3 / OCPI style: country, party, `E` and our own number. `DK*FCT*E2`."""
    return f"{country}*{EVSE_PARTY}*E{id}"


def clean_key_identifier(identifier: str, type: str) -> str:
    """
    The identifier as stored: without surrounding space, an RFID's in upper case.

    :raises ValueError: with the reason as a code: `empty`, `reserved` (the prefix of vehicle ids), `length`, `characters`.
    """
    cleaned = identifier.strip()
    if not cleaned:
        raise ValueError("empty")
    if cleaned.upper().startswith(_VEHICLE_PREFIX):
        raise ValueError("reserved")
    if not cleaned.isascii() or not cleaned.isprintable():
        raise ValueError("characters")
    if type == "rfid":
        if len(cleaned) not in _RFID_LENGTHS:
            raise ValueError("length")
        return cleaned.upper()
    if len(cleaned) > 36:
        raise ValueError("length")
    return cleaned
