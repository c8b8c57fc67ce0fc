"""
The canonical bytes of an event, and the hash that chains it to the one before. Pure Python; the database's sealing
function computes the same (`sealing_sql.py`), and `forecourt audit verify` recomputes it here.

Form: every part as `<length in bytes>:<UTF-8 bytes>,` (a netstring), a missing one as `-,`. So no two events share their
bytes, whatever stands in their texts. A row's hash is SHA-256 over the hash before it and these bytes.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

GENESIS = bytes(32)  # stands before the first event of a chain
NOBODYS = 0  # the chain of events that belong to no organisation
SCHEMA = 1  # of an event's document in API, stream and CSV; docs/domains/audit.md says what each number means

DEFAULT_MONTHS = 24  # an organisation's log is kept so long
MONEY_MONTHS = 60  # bookkeeping law; enforced by the database (retention_sql.py)
MONTHS = (12, 18, 24, 36, 60, 84, 120)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
PATIENCE = timedelta(days=3)  # of nothing but failure


class SealedRow(NamedTuple):
    """A row as it is hashed, in this order. `changes` and `context` are the text that PostgreSQL writes for `jsonb`."""

    id: int
    sequence: int
    occurred_at: datetime
    organisation_id: int | None
    operator_id: int | None
    team_id: int | None
    person_id: int | None
    action: str
    entity_type: str
    entity_id: int | None
    entity_name: str
    actor_kind: str
    actor_id: int
    actor_name: str
    changes: str
    context: str
    transaction_id: int


def encode(parts: Sequence[str | None]) -> bytes:
    """Netstrings, one after the other."""
    return b"".join(b"-," if part is None else _netstring(part.encode()) for part in parts)


def canonical(row: SealedRow) -> bytes:
    """The bytes of a row that its hash covers: every column but the hash."""
    return encode([_text(value) for value in row])


def next_hash(before: bytes, row: SealedRow) -> bytes:
    return hashlib.sha256(before + canonical(row)).digest()


def tombstone_text(organisation_id: int, first: int, last: int, before: bytes, after: bytes, removed_at: datetime) -> bytes:
    """What the signature of a tombstone is over."""
    return b"forecourt audit tombstone\n" + encode(
        [_text(value) for value in (organisation_id, first, last, before.hex(), after.hex(), removed_at)]
    )


def pause_after(attempts: int) -> timedelta:
    """How long a stream waits after so many failures in a row: twice as long each time, up to an hour."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 12)), LONGEST_PAUSE)


def is_given_up(failing_since: datetime, at: datetime) -> bool:
    return at - failing_since >= PATIENCE


def _netstring(content: bytes) -> bytes:
    return b"%d:%b," % (len(content), content)


def _text(value: object) -> str | None:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return None if value is None else str(value)
