"""Sign-ins that were refused before it was known whose they are."""

import json
from datetime import datetime
from typing import Any

from django.db import connection

SQL = (
    "INSERT INTO audit_pending (occurred_at, organisation_id, operator_id, action, entity_type, entity_id, entity_name,"
    " actor_kind, actor_id, actor_name, changes, context) VALUES (%s, %s, %s, 'sign_in_refused', %s, %s, %s, 'system', 0, %s, '{}', %s)"
)


def record_refusal(
    *, organisation_id: int, operator_id: int, entity: tuple[str, int, str], by: str, at: datetime, context: dict[str, Any]
) -> None:
    """Write `sign_in_refused` about an item (type, id, name) of one account. `context` has the reason, and no personal data."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, [at, organisation_id, operator_id, *entity, by, json.dumps(context)])
