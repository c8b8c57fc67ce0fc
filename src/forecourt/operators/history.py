"""The last changes of one item, from the audit log, for whoever may read the log there: cards of members' pages."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from forecourt.access import Actor, Permission
from forecourt.audit import labels
from forecourt.audit import queries as audit
from forecourt.audit.pages import actor_of
from forecourt.audit.queries import EventFilter
from forecourt.operators.models import Operator
from forecourt.operators.rules import in_account, reaches

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One event: `id` is the audit log's, `fields` the names of what changed."""

    id: int
    at: datetime
    action: str
    who: str
    fields: str


def may_read_history(actor: Actor, operator: Operator) -> bool:
    """Whether the actor reads the audit log of this account. Asks no database."""
    return reaches(actor, Permission.AUDIT_READ, operator)


def history_of(actor: Actor, *, entity: str, id: int) -> list[Change]:
    """The last `SHOWN` events about an item, as the audit trail names it, the newest first. Two queries."""
    found = audit.events(actor.reach_of(Permission.AUDIT_READ), filters=EventFilter(entity_type=entity, entity_id=id), limit=SHOWN)
    return [
        Change(row.id, row.occurred_at, row.action, actor_of(row), ", ".join(map(labels.field_label, sorted(row.changes))))
        for row in found.rows
    ]


def log_addresses(actor: Actor, *, entity: str, id: int, person_id: int | None, operator: Operator) -> tuple[str, str]:
    """The audit log narrowed to the item, and to what its person did (empty without one); in the account where both can be read."""
    scope = actor.scope(Permission.AUDIT_READ)
    is_here = operator.organisation_id in scope.organisation_ids or operator.pk in scope.operator_ids

    def log(**filters: object) -> str:
        return in_account(f"{reverse('audit-log')}?{urlencode(filters)}", None if is_here else operator.pk)

    return log(type=entity, item=id), log(kind="person", actor=person_id) if person_id else ""
