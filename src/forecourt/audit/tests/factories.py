"""Sealing at once, and reading what was recorded."""

from datetime import datetime
from typing import Any

from django.db import connection

from forecourt.audit import operations
from forecourt.audit.models import Event
from forecourt.audit.vault import Reader


def seal_all() -> int:
    """Seal everything that is pending; how many events."""
    total = 0
    while sealed := operations.seal():
        total += sealed
    return total


def recorded(**where: Any) -> list[Event]:
    """Everything recorded so far that fits, in order, sealed and with personal values opened."""
    seal_all()
    found = list(Event.objects.filter(**where).order_by("id"))
    for event in found:
        reader = Reader([event.entity_name, event.actor_name, event.changes, event.context])
        event.entity_name, event.actor_name = reader.read(event.entity_name), reader.read(event.actor_name)
        event.changes, event.context = reader.read(event.changes), reader.read(event.context)
    return found


def pend(organisation_id: int | None, entity: str, *, at: datetime) -> None:
    """One change of a row that nobody owns, made at that moment, still to be sealed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_pending (occurred_at, organisation_id, action, entity_type, entity_id, entity_name, actor_kind, actor_id,"
            " actor_name, changes, context) VALUES (%s, %s, 'updated', %s, 7, 'Seven', 'system', 0, 'test', '{}', '{}')",
            [at, organisation_id, entity],
        )
