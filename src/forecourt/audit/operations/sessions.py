"""What no trigger sees: sign-in and sign-out."""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from forecourt.access import Actor


def record_session(*, actor: Actor, action: str, at: datetime, context: dict[str, Any]) -> None:
    """
    Write `signed_in`, `signed_out` or `sign_in_refused` for a person, once for every account they work in (an event belongs to
    one organisation), or once without any.
    """
    places: list[tuple[int | None, int | None]] = [(m.organisation_id, m.operator_id) for m in actor.operator_memberships] or [(None, None)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit_pending (occurred_at, organisation_id, operator_id, person_id, action, entity_type, entity_id, entity_name,"
            " actor_kind, actor_id, actor_name, changes, context) VALUES (%s, %s, %s, %s, %s, 'User', %s, %s, %s, %s, %s, '{}', %s)",
            [
                (at, organisation, operator, actor.id, action, actor.id, actor.name, actor.kind, actor.id, actor.name, json.dumps(context))
                for organisation, operator in places
            ],
        )
