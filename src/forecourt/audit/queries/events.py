"""
Lists of events, newest first, by cursor. The id grows in the order of sealing, so it is the cursor.

Every list is a merge of index ranges that each end after a page: one per place in scope, and one per action or per item found
where an index needs it. Every index begins with the place. So a list costs the same at ten million events.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from forecourt.access import Scope
from forecourt.api.rows import read
from forecourt.audit.queries.items import targets
from forecourt.audit.vault import Reader
from forecourt.kit.errors import NotFound

ACTIONS = ("created", "updated", "deleted", "signed_in", "signed_out", "sign_in_refused")
AT_ONCE = 500  # rows of an export that are read together
COLUMNS = (
    "id", "occurred_at", "organisation_id", "operator_id", "team_id", "action", "entity_type", "entity_id", "entity_name", "actor_kind",
    "actor_id", "actor_name", "changes", "context", "person_id", "sequence", "hash",
)  # fmt: skip
NUMBERS = {"id", "entity_id", "actor_id", "person_id"}
SCOPED_BY = {"organisation_id", "operator_id", "team_id"}


class EventRow(NamedTuple):
    """An event with everything personal opened; what was erased reads as `vault.ERASED`."""

    id: int
    occurred_at: datetime
    organisation_id: int | None
    operator_id: int | None
    team_id: int | None
    action: str
    entity_type: str
    entity_id: int | None
    entity_name: str
    actor_kind: str
    actor_id: int
    actor_name: str
    changes: dict[str, Any]
    context: dict[str, Any]
    person_id: int | None
    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a list is narrowed by; None is anything. Times are `[since, until)`. `words` searches names and ids of items and actors."""

    since: datetime | None = None
    until: datetime | None = None
    through: datetime | None = None  # inclusive, as the API's
    actor_kind: str | None = None
    actor_id: int | None = None
    entity_type: str | None = None
    entity_id: int | None = None
    action: str | None = None
    operator_id: int | None = None
    with_no_operator: bool = False  # beside the operator's: what belongs to the organisation as a whole
    team_id: int | None = None
    words: str = ""

    def operators(self) -> list[tuple[str, Any]]:
        """Conditions of which one must hold; none: any operator will do."""
        if self.operator_id is None:
            return []
        nobodys = [("e.operator_id IS NULL", None)] if self.with_no_operator else []
        return [("e.operator_id = %s", self.operator_id), *nobodys]

    def conditions(self) -> Iterator[tuple[str, Any]]:
        for column in ("actor_kind", "actor_id", "entity_type", "entity_id", "action", "team_id"):
            if (value := getattr(self, column)) is not None:
                yield f"e.{column} = %s", value
        if self.since is not None:
            yield "e.occurred_at >= %s", self.since
        if self.until is not None:
            yield "e.occurred_at < %s", self.until
        if self.through is not None:
            yield "e.occurred_at <= %s", self.through


@dataclass(frozen=True, slots=True)
class Page:
    """`older` and `newer` are the cursors of the pages beside this one; None at an end."""

    rows: list[EventRow] = field(default_factory=list)
    older: int | None = None
    newer: int | None = None


def events(scope: Scope, *, filters: EventFilter, limit: int = 50, older_than: int | None = None, newer_than: int | None = None) -> Page:
    """
    The newest events in scope; with `older_than` those that follow it, with `newer_than` those next to it on the other side.
    """
    backwards = newer_than is not None and older_than is None
    cursor = newer_than if backwards else older_than
    rows = _take(scope, filters, cursor=cursor, backwards=backwards, limit=limit + 1)
    has_more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
        return Page(rows, older=rows[-1].id if rows else None, newer=rows[0].id if has_more else None)
    return Page(rows, older=rows[-1].id if has_more else None, newer=rows[0].id if rows and cursor is not None else None)


def event(scope: Scope, id: int) -> EventRow:
    """
    One event.

    :raises NotFound: if there is none with this id in the scope.
    """
    rows = _take(scope, EventFilter(), cursor=None, backwards=False, limit=1, extra=("e.id = %s", id))
    if not rows:
        raise NotFound("There is nothing here with that id.")
    return rows[0]


def count(scope: Scope, *, filters: EventFilter, most: int) -> int:
    """How many there are, counted up to `most`."""
    found, params = _merged(scope, filters, order=f"LIMIT {most:d}", conditions=list(filters.conditions()))
    return int(read(f"SELECT count(*) FROM ({found}) AS c", params)[0][0]) if found else 0  # noqa: S608 (constants)


def all_events(scope: Scope, *, filters: EventFilter) -> Iterator[EventRow]:
    """Every event, newest first, read in pieces."""
    cursor: int | None = None
    while True:
        rows = _take(scope, filters, cursor=cursor, backwards=False, limit=AT_ONCE)
        yield from rows
        if len(rows) < AT_ONCE:
            return
        cursor = rows[-1].id


def _take(
    scope: Scope, filters: EventFilter, *, cursor: int | None, backwards: bool, limit: int, extra: tuple[str, Any] | None = None
) -> list[EventRow]:
    order = f"ORDER BY id {'ASC' if backwards else 'DESC'} LIMIT {limit:d}"
    conditions = [*filters.conditions(), *([extra] if extra else [])]
    if cursor is not None:
        conditions.append((f"e.id {'>' if backwards else '<'} %s", cursor))
    merged, params = _merged(scope, filters, order=order, conditions=conditions)
    if not merged:
        return []
    shown = ", ".join(f"e.{column}::text" if column in ("changes", "context") else f"e.{column}" for column in COLUMNS)
    sql = f"SELECT {shown} FROM ({merged}) AS f JOIN audit_event e USING (occurred_at, id) ORDER BY e.id {'ASC' if backwards else 'DESC'}"  # noqa: S608
    return opened(read(sql, params))


def _merged(scope: Scope, filters: EventFilter, *, order: str, conditions: list[tuple[str, Any]]) -> tuple[str, list[Any]]:
    """The statement that finds the rows' keys, and its values; empty if there is nowhere to look."""
    branches: list[str] = []
    params: list[Any] = []
    for place in _places(scope, filters):
        for columns, values in _splits(scope, filters):
            clauses = [*place, *conditions]
            where = " AND ".join([clause for clause, _ in clauses] + [f"e.{column} = t.{column}" for column in columns]) or "true"
            found = f"SELECT e.occurred_at, e.id FROM audit_event e WHERE {where} {order}"  # noqa: S608 (constants)
            branches.append(f"(SELECT f.* FROM {_listed(columns)} CROSS JOIN LATERAL ({found}) f {order})" if columns else f"({found})")  # noqa: S608
            params += [list(column) for column in zip(*values, strict=True)] + [value for clause, value in clauses if "%s" in clause]
    if not branches:
        return "", []
    return f"SELECT occurred_at, id FROM ({' UNION '.join(branches)}) AS found {order}", params  # noqa: S608 (constants)


def _places(scope: Scope, filters: EventFilter) -> list[list[tuple[str, Any]]]:
    """Every index begins with a place, so what other accounts did never costs anything."""
    places: list[list[tuple[str, Any]]] = [[(f"e.{column} = %s", id)] for column, id in scope.equalities() if column in SCOPED_BY]
    if scope.is_everywhere:
        places = [[]]
    if operators := filters.operators():
        return [[*place, operator] for place in places for operator in operators]
    return places


def _splits(scope: Scope, filters: EventFilter) -> Iterator[tuple[tuple[str, ...], list[tuple[Any, ...]]]]:
    """
    Where a list is a merge of several index ranges: their columns, and each range's values. One statement plans them once,
    however many they are.
    """
    if filters.words:
        ranges: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for target in targets(scope, filters.words):
            ranges.setdefault(tuple(column for column, _ in target), []).append(tuple(value for _, value in target))
        yield from ranges.items()
    elif filters.entity_type and not filters.action and filters.entity_id is None and filters.actor_id is None:
        yield ("action",), [(action,) for action in ACTIONS]
    else:
        yield (), []


def _listed(columns: tuple[str, ...]) -> str:
    arrays = ", ".join("%s::bigint[]" if column in NUMBERS else "%s::varchar[]" for column in columns)
    return f"unnest({arrays}) AS t({', '.join(columns)})"


def opened(rows: Sequence[tuple[Any, ...]]) -> list[EventRow]:
    found = [EventRow._make((*row[:12], json.loads(row[12]), json.loads(row[13]), *row[14:])) for row in rows]
    reader = Reader(value for row in found for value in (row.entity_name, row.actor_name, row.changes, row.context))
    return [
        row._replace(
            entity_name=reader.read(row.entity_name), actor_name=reader.read(row.actor_name), changes=reader.read(row.changes),
            context=reader.read(row.context), hash=bytes(row.hash),
        )
        for row in found
    ]  # fmt: skip
