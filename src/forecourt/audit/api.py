"""The audit log (partner API §11.34)."""

from dataclasses import replace
from typing import Annotated, Any

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, Scope, require
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.shapes import Id, In, Moment, Out
from forecourt.audit import queries
from forecourt.audit.documents import VERBS, metadata
from forecourt.audit.queries import EventFilter, EventRow
from forecourt.audit.rules import SCHEMA
from forecourt.audit.tokens import event_id, public_id
from forecourt.kit.errors import Invalid, NotFound

router = Router(tags=["Audit log"])
ACTIONS = {verb: action for action, verb in VERBS.items()}


class AuditEvent(Out):
    """`user` is who acted, as of then; `metadata` holds the changes, `{field: [before, after]}`, and where they came from."""

    id: str
    timestamp: Moment
    operator_id: int
    user: dict[str, Any]
    team_id: int | None
    action: str
    entity_id: str
    entity_type: str
    schema_: Annotated[int, Field(alias="schema")]
    metadata: dict[str, Any]


class CursorMeta(Out):
    item_count: int | None
    per_page: int
    after: str | None
    before: str | None


class AuditPage(Out):
    data: list[AuditEvent]
    meta: CursorMeta


class AuditQuery(In):
    operator_id: Id | None = None
    user_id: Id | None = None
    team_id: Id | None = None
    entity_type: Annotated[str, Field(max_length=40)] | None = None
    entity_id: Annotated[str, Field(max_length=20)] | None = None
    action: Annotated[str, Field(max_length=20)] | None = None
    search: Annotated[str, Field(max_length=200)] = ""
    from_date: Moment | None = None
    to_date: Moment | None = None
    per_page: Annotated[int, Field(ge=1, le=10_000)] = 50
    after: Annotated[str, Field(max_length=40)] | None = None
    before: Annotated[str, Field(max_length=40)] | None = None


@endpoint(router, "GET", "/auditlog/events", "search-audit-log", returns=AuditPage, scope="audit-log:read", org=True)
def search_audit_log(request: ApiRequest, query: Query[AuditQuery]) -> dict[str, Any]:
    """
    Read the audit log, newest first, in the order in which changes became true.

    `after` goes on to older events, `before` back to newer ones; whoever follows the log asks with the newest id they know as
    `before` until nothing comes. An event is never inserted between two that were read. Without `operatorId` it is the log of the
    credential's own operator; a Main account's holds also what belongs to the organisation as a whole.
    """
    scope, filters = _asked(request, query)
    after, before = _cursor("after", query.after), _cursor("before", query.before)
    page = queries.events(scope, filters=filters, limit=query.per_page, older_than=after, newer_than=before if after is None else None)
    meta = {
        "itemCount": len(page.rows), "perPage": query.per_page,
        "after": public_id(page.older) if page.older else None, "before": public_id(page.newer) if page.newer else None,
    }  # fmt: skip
    return {"data": [_shape(request, row) for row in page.rows], "meta": meta}


@endpoint(router, "GET", "/auditlog/events/{str:event_id}", "get-audit-log", returns=AuditEvent, scope="audit-log:read", org=True)
def get_audit_log(request: ApiRequest, event_id: str) -> dict[str, Any]:
    """Read one event of the audit log."""
    scope = require(request.actor, Permission.AUDIT_READ)
    return _shape(request, queries.event(scope, _number(event_id)))


def _asked(request: ApiRequest, query: AuditQuery) -> tuple[Scope, EventFilter]:
    """
    The log of one operator (partner API §3), and what narrows it.

    :raises Forbidden: for an operator that the credential does not reach.
    """
    filters, own = _filters(query), request.actor.operator_id
    if query.operator_id in (None, own) and request.actor.scope(Permission.AUDIT_READ).organisation_ids:
        return require(request.actor, Permission.AUDIT_READ), replace(filters, operator_id=own, with_no_operator=True)
    return require(request.consumer.within(query.operator_id), Permission.AUDIT_READ), filters


def _filters(query: AuditQuery) -> EventFilter:
    """An entity id that is no number, or an action that does not exist, finds nothing."""
    number = int(query.entity_id) if query.entity_id and query.entity_id.isdecimal() and len(query.entity_id) < 19 else 0
    return EventFilter(
        since=query.from_date, through=query.to_date, actor_kind="person" if query.user_id else None, actor_id=query.user_id,
        entity_type=query.entity_type, entity_id=number if query.entity_id is not None else None,
        action=ACTIONS.get(query.action.upper(), query.action) if query.action else None,
        team_id=query.team_id, words=query.search.strip(),
    )  # fmt: skip


def _cursor(name: str, given: str | None) -> int | None:
    if not given:
        return None
    if (number := event_id(given)) is None:
        raise Invalid(f"{name} is not an id of an event.", fields={name: "Use the id of an event."})
    return number


def _number(given: str) -> int:
    if (number := event_id(given)) is None:
        raise NotFound("There is nothing here with that id.")
    return number


def _shape(request: ApiRequest, row: EventRow) -> dict[str, Any]:
    """An event of the whole organisation is shown under the credential's own operator."""
    return {
        "id": public_id(row.id),
        "timestamp": row.occurred_at,
        "operatorId": row.operator_id or request.actor.operator_id or 0,
        "user": {"id": row.actor_id, "name": row.actor_name, "type": row.actor_kind},
        "teamId": row.team_id,
        "action": VERBS.get(row.action, row.action.upper()),
        "entityId": str(row.entity_id or ""),
        "entityType": row.entity_type,
        "schema": SCHEMA,
        "metadata": metadata(row),
    }
