"""
Reads of the API: exactly the columns an endpoint shows, in one prepared statement.

The page is cut before anything is joined, so a list costs the same at a million rows; preparing the statement saves
PostgreSQL the planning of a dozen joins at each request.
"""

from collections import namedtuple
from collections.abc import Callable, Hashable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from weakref import WeakSet

import msgspec
import psycopg
from django.conf import settings
from django.db import connection
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import TransactionStatus

from forecourt.access import Scope
from forecourt.api.replies import encoded
from forecourt.api.statements import Answer, Loaders, Params, statement
from forecourt.kit.errors import NotFound

MOST_REMEMBERED = 1_000  # rows of a listing, in each process: some megabytes
WHOLE_SECOND = len("2026-11-22 10:00:00+00")
_ready: WeakSet[Any] = WeakSet()  # connections that keep one plan for a statement: planning a dozen joins costs more than running them
OWNER = {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "team_id"}


class MomentLoader(Loader):
    """A timestamp as the contract writes it (RFC 3339, UTC), straight from PostgreSQL's text: a page has a hundred of them."""

    def load(self, data: Buffer) -> str:
        text = str(data, "ascii")
        if text[-3:] == "+00" and text[10] == " ":
            if len(text) == WHOLE_SECOND:
                return f"{text[:10]}T{text[11:19]}Z"
            return f"{text[:10]}T{text[11:-3]:0<15}Z"  # PostgreSQL leaves out zeros at the end, the contract does not
        return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")


class JsonLoader(Loader):
    def load(self, data: Buffer) -> Any:
        return msgspec.json.decode(data)


SHOWN: Loaders = (("timestamptz", MomentLoader), ("json", JsonLoader))  # how a page's columns become plain values


@dataclass(frozen=True, slots=True)
class Pure:
    """
    A shape that depends on the row's columns and on `key` alone. What it made of a row is remembered by what the columns read, so
    it cannot be stale: programs ask for the same rows again and again, and most of them are as they were.
    """

    shape: Callable[[Any], dict[str, Any]]
    key: Hashable = None


class Unprepared:
    """The rows of a statement that psycopg ran by its own means; they have no text."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def values(self) -> list[tuple[Any, ...]]:
        return self._rows

    def texts(self) -> None:
        return None


def read(sql: str, params: Params = (), *, loaders: Loaders = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows."""
    return ask(sql, params, loaders=loaders).values()


def ask(sql: str, params: Params = (), *, loaders: Loaders = ()) -> Answer | Unprepared:
    """Run one statement. A connection that broke while idle is replaced once."""
    try:
        return _ask(sql, params, loaders)
    except psycopg.OperationalError:
        if connection.in_atomic_block or (connection.connection is not None and not connection.connection.broken):
            raise
        connection.close()
        return _ask(sql, params, loaders)


def _ask(sql: str, params: Params, loaders: Loaders) -> Answer | Unprepared:
    connection.ensure_connection()
    raw = connection.connection
    if _has_pooler() or (raw.pgconn.transaction_status == TransactionStatus.IDLE and not raw.autocommit):
        return Unprepared(_read_unprepared(raw, sql, params, loaders))
    if raw not in _ready and not connection.in_atomic_block:  # where a rollback would take the settings back: next time
        raw.execute("SET plan_cache_mode = force_generic_plan; SET jit = off")
        _ready.add(raw)
    return statement(raw, sql, loaders).run(params)


def _has_pooler() -> bool:
    """A transaction pooler gives each statement another session; nothing is prepared there."""
    return bool(settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"))


def _read_unprepared(raw: Any, sql: str, params: Params, loaders: Loaders) -> list[tuple[Any, ...]]:
    """By psycopg's own means, which also begin the transaction that Django has only announced."""
    with psycopg.Cursor(raw) as cursor:
        for name, loader in loaders:
            cursor.adapters.register_loader(name, loader)
        return cursor.execute(sql, params, prepare=False).fetchall()


@dataclass(slots=True)
class Where:
    """Conditions on the table `r`, joined by AND."""

    clauses: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def add(self, clause: str, *params: Any) -> "Where":
        self.clauses.append(clause)
        self.params += params
        return self

    def equals(self, column: str, value: Any) -> "Where":
        """Nothing, if the caller did not say."""
        return self if value is None else self.add(f"r.{column} = %s", value)

    def since(self, column: str, moment: Any) -> "Where":
        return self if moment is None else self.add(f"r.{column} >= %s", moment)

    def until(self, column: str, moment: Any) -> "Where":
        """Inclusive (partner API §5.2)."""
        return self if moment is None else self.add(f"r.{column} <= %s", moment)

    def shown_state(self, asked: str | None, shown_as: Mapping[str, str]) -> "Where":
        """The rows that are shown in this state: those that are in it, and those that `shown_as` shows so."""
        if asked is None:
            return self
        states = [asked, *(state for state, shown in shown_as.items() if shown == asked)]
        return self.equals("state", asked) if len(states) == 1 else self.add("r.state = ANY(%s)", states)

    def external_id(self, value: str | None) -> "Where":
        """Equality; an empty string means rows that have none."""
        return self.add("r.partner_external_id IS NULL") if value == "" else self.equals("partner_external_id", value)

    def living(self, include_deleted: bool) -> "Where":
        return self if include_deleted else self.add("r.deleted_at IS NULL")

    def sql(self) -> str:
        return " AND ".join(self.clauses) or "true"


class Listing:
    """
    What an endpoint shows of a table: `columns` (name → SQL over `r` and the joins) and how they are reached.

    In the rows of a page, moments are text, as the contract writes them.

    `sides` are the scope columns of each side, as on the model; a table without a column is not reached by that scope.
    """

    def __init__(
        self, table: str, columns: Mapping[str, str], joins: str = "", *, sides: Mapping[str, Mapping[str, str]] | None = None,
        order: str = "r.id DESC",
    ) -> None:  # fmt: skip
        self.table, self.joins, self.order = table, joins, order
        self.select = ", ".join(columns.values())
        self.sides = sides or {"owner": OWNER}
        self.row: Any = namedtuple("Row", columns)  # type: ignore[misc]
        self._made: dict[Any, msgspec.Raw] = {}

    def ordered(self, order: str) -> "Listing":
        """The same listing in another order; the text is ours, never the caller's."""
        other = copy(self)
        other.order = order
        return other

    def page(self, scope: Scope, where: Where, *, limit: int, offset: int, side: str | None = None, shape: Pure | None = None) -> list[Any]:
        """The rows, or with a `shape` their JSON."""
        source, params = self._firsts(scope, where, side, limit, offset)
        sql = f"SELECT {self.select} FROM ({source}) AS r {self.joins} ORDER BY {self.order}"  # noqa: S608 (constants)
        return self._told(ask(sql, params, loaders=SHOWN), shape)[0]

    def counted_page(
        self, scope: Scope, where: Where, *, limit: int, offset: int, side: str | None = None, shape: Pure | None = None
    ) -> tuple[list[Any], int]:
        """The page and how many rows there are in all, in one round trip unless the page is empty."""
        branches, counted = self._branches(scope, where, side, "r.id")
        if not branches:
            return [], 0
        source, params = self._firsts(scope, where, side, limit, offset)
        size = f"(SELECT count(*) FROM ({' UNION '.join(branches)}) AS found)"  # noqa: S608 (constants)
        sql = f"SELECT {size}, {self.select} FROM ({source}) AS r {self.joins} ORDER BY {self.order}"  # noqa: S608 (constants)
        rows, total = self._told(ask(sql, [*counted, *params], loaders=SHOWN), shape, is_counted=True)
        if not rows:
            return [], self.count(scope, where, side=side) if offset else 0
        return rows, total

    def count(self, scope: Scope, where: Where, *, side: str | None = None, limit: int | None = None) -> int:
        """How many rows there are; with `limit`, at most that many are counted."""
        branches, params = self._branches(scope, where, side, "r.id")
        if not branches:
            return 0
        cut = f" LIMIT {limit:d}" if limit else ""
        sql = f"SELECT count(*) FROM ({' UNION '.join(branches)}{cut}) AS found"  # noqa: S608 (constants)
        return int(read(sql, params)[0][0])

    def one(self, scope: Scope, id: int, *, where: Where | None = None) -> Any:
        """
        The row with this id, on any side, living or not.

        :raises NotFound: if there is none in the scope.
        """
        where = (where or Where()).add("r.id = %s", id)
        rows = self.page(scope, where, limit=1, offset=0)
        if not rows:
            raise NotFound("There is nothing here with that id.")
        return rows[0]

    def _told(self, answer: Answer | Unprepared, shape: Pure | None, *, is_counted: bool = False) -> tuple[list[Any], int]:
        """Rows or their JSON, and the total that stands before each row if it is counted."""
        first = int(is_counted)
        texts = answer.texts() if shape else None
        if shape is None or texts is None:
            found = answer.values()
            rows = [self.row._make(row[first:]) for row in found]
            return [shape.shape(row) for row in rows] if shape else rows, int(found[0][0]) if is_counted and found else 0
        keys = [(shape.key, text[first:]) for text in texts]
        told = [self._made.get(key) for key in keys]
        if None in told:
            told = self._make(shape, keys, told, [row[first:] for row in answer.values()])
        return told, int(texts[0][0] or 0) if is_counted and texts else 0

    def _make(self, shape: Pure, keys: list[Any], told: list[msgspec.Raw | None], rows: list[Any]) -> list[msgspec.Raw | None]:
        if len(self._made) + len(keys) > MOST_REMEMBERED:
            self._made.clear()
        for index, key in enumerate(keys):
            if told[index] is None:
                told[index] = self._made[key] = msgspec.Raw(encoded(shape.shape(self.row._make(rows[index]))))
        return told

    def _firsts(self, scope: Scope, where: Where, side: str | None, limit: int, offset: int) -> tuple[str, list[Any]]:
        """The page's rows of the bare table. Several predicates are cut one by one and merged (house §4)."""
        branches, params = self._branches(scope, where, side, "r.*")
        tail = f"ORDER BY {self.order} LIMIT {limit:d} OFFSET %s"
        if not branches:
            return f"SELECT * FROM {self.table} WHERE false", []  # noqa: S608 (a constant)
        if len(branches) == 1:
            return f"{branches[0]} {tail}", [*params, offset]
        cut = f"ORDER BY {self.order} LIMIT {limit + offset:d}"
        branches, params = self._branches(scope, where, side, "r.id")
        ids = " UNION ".join(f"({branch} {cut})" for branch in branches)
        return f"SELECT r.* FROM {self.table} r WHERE r.id IN ({ids}) {tail}", [*params, offset]  # noqa: S608 (constants)

    def _branches(self, scope: Scope, where: Where, side: str | None, select: str) -> tuple[list[str], list[Any]]:
        begin = f"SELECT {select} FROM {self.table} r WHERE {where.sql()}"  # noqa: S608 (constants)
        if scope.is_everywhere:
            return [begin], list(where.params)
        sides = [self.sides[side]] if side else list(self.sides.values())
        equalities = [(columns[column], id) for columns in sides for column, id in scope.equalities() if column in columns]
        params = [param for _, id in equalities for param in (*where.params, id)]
        return [f"{begin} AND r.{column} = %s" for column, _ in equalities], params
