"""An event as others read it: one shape for stream and API, with the number of its schema (docs/domains/audit.md)."""

from datetime import UTC
from typing import Any

from forecourt.audit.queries.events import EventRow
from forecourt.audit.rules import SCHEMA
from forecourt.audit.tokens import public_id

VERBS = {
    "created": "CREATE", "updated": "UPDATE", "deleted": "DELETE", "signed_in": "LOGIN", "signed_out": "LOGOUT", "sign_in_refused": "LOGIN_REFUSED",
}  # fmt: skip


def document(row: EventRow) -> dict[str, Any]:
    """For a stream: whole, and by itself enough to follow the chain's numbers."""
    return {
        "schema": SCHEMA,
        "id": public_id(row.id),
        "number": row.id,
        "timestamp": row.occurred_at.astimezone(UTC).isoformat(),
        "organisationId": row.organisation_id,
        "operatorId": row.operator_id,
        "teamId": row.team_id,
        "action": VERBS.get(row.action, row.action.upper()),
        "user": {"id": row.actor_id, "name": row.actor_name, "type": row.actor_kind},
        "entityType": row.entity_type,
        "entityId": row.entity_id,
        "metadata": metadata(row),
    }


def metadata(row: EventRow) -> dict[str, Any]:
    return {
        "entityName": row.entity_name, "changes": row.changes, "context": row.context, "sequence": row.sequence, "hash": row.hash.hex(),
    }  # fmt: skip
