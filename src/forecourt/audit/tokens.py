"""The event id as the API shows it: the number in URL-safe base64."""

import base64
import binascii
import re

_SHAPE = re.compile(r"[A-Za-z0-9_-]{11}")


def public_id(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(8)).rstrip(b"=").decode()


def event_id(public: str) -> int | None:
    """The number again; None if it is not one of ours."""
    if not _SHAPE.fullmatch(public):
        return None
    try:
        number = int.from_bytes(base64.urlsafe_b64decode(public + "="))
    except (binascii.Error, ValueError):
        return None
    return number if 0 < number < 2**63 and public_id(number) == public else None
