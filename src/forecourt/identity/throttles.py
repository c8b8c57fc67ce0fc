"""
How often somebody may try a door: counted per pair of browser address and account, and per account or address alone with
more patience, so that nobody can lock another person out by guessing.

Counters are shared by all processes (the API's UNLOGGED table) and name nobody: their keys are hashes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from forecourt.api.limits import COUNT
from forecourt.api.rows import read
from forecourt.kit.errors import DomainError
from forecourt.kit.secrets import keyed_hash


class TooManyTries(DomainError):
    """Somebody tried this too often. It opens again by itself."""

    code: ClassVar[str] = "too_many_tries"
    status: ClassVar[int] = 429


@dataclass(frozen=True, slots=True)
class Door:
    """`most` tries in each window of `seconds`."""

    name: str
    most: int
    seconds: int


SEND_CODE = Door("send-code", 5, 3600)  # per person, and per address that codes go to
TRY_CODE = Door("try-code", 20, 3600)  # per person or browser address; each code has five tries of its own
SIGN_UP = Door("sign-up", 10, 3600)  # per browser address
INVITATION = Door("invitation", 60, 3600)  # per browser address: guessing tokens
EXPORT = Door("export", 3, 24 * 3600)  # per person
CONFIRM = Door("confirm", 10, 3600)  # per person: the password asked before a deletion


def take(door: Door, *keys: object, at: datetime) -> None:
    """
    Count one try for each key. Outside the transaction that a failed try undoes.

    :raises TooManyTries: beyond the door's limit for any of them.
    """
    second = int(at.timestamp())
    window = datetime.fromtimestamp(second - second % door.seconds, UTC)
    used = [int(read(COUNT, [_key(door, key), window])[0][0]) for key in keys]
    if max(used, default=0) > door.most:
        raise TooManyTries(_("You tried this too often. Wait a while, then try again."))


def _key(door: Door, key: object) -> str:
    return f"{door.name}:{keyed_hash(str(key).lower(), purpose='throttle').hex()[:32]}"
