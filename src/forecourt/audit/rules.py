"""
The canonical bytes of an event, and the hash that chains it to the one before. Pure Python; the database's sealing
function computes the same (`sealing_sql.py`), and `forecourt audit verify` recomputes it here.

Form: every part as `<length in bytes>:<UTF-8 bytes>,` (a netstring), a missing one as `-,`. So no two events share their
bytes, whatever stands in their texts. A row's hash is SHA-256 over the hash before it and these bytes.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

GENESIS = bytes(32)  # stands before the first event of a chain
NOBODYS = 0  # the chain of events that belong to no organisation


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


def _netstring(content: bytes) -> bytes:
    return b"%d:%b," % (len(content), content)


def _text(value: object) -> str | None:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return None if value is None else str(value)
