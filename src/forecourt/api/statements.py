"""
Prepared statements of one connection, run through libpq itself.

psycopg makes a cursor, adapters and a wait loop for each statement; for a list of ten rows that is a quarter of its cost. Here
a statement keeps what does not change: its text, its name in PostgreSQL, and how its parameters and columns are adapted.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import pq
from psycopg.adapt import AdaptersMap, Loader, PyFormat, Transformer
from psycopg.errors import error_from_result

Params = Sequence[Any] | Mapping[str, Any]
Loaders = tuple[tuple[str, type[Loader]], ...]
TEXT = 25  # PostgreSQL's type `text`
MOST_KEPT = 200  # statements of a connection; PostgreSQL holds their plans
PLACE = re.compile(r"%%|%s|%\((\w+)\)s")
_kept: WeakKeyDictionary[Any, OrderedDict[tuple[str, Loaders], "Statement"]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Adapting:
    """What a transformer asks for. Without the connection, which would otherwise be held for ever by its own statements."""

    adapters: AdaptersMap
    connection: None = None


class Statement:
    """One text on one connection; prepared once for each list of parameter types."""

    def __init__(self, raw: "psycopg.Connection[Any]", sql: str, loaders: Loaders, number: int) -> None:
        self.connection, self.number = raw.pgconn, number
        self.text, self.places = _numbered(sql)
        adapting = Adapting(AdaptersMap(raw.adapters))
        for name, loader in loaders:
            adapting.adapters.register_loader(name, loader)
        self.dumping, self.loading, self.reading = Transformer(adapting), Transformer(adapting), Transformer(adapting)
        self.formats = [PyFormat.AUTO] * len(self.places)
        self.names: dict[tuple[int, ...], bytes] = {}
        self.knows_columns = False

    def run(self, params: Params) -> "Answer":
        """:raises psycopg.Error: as psycopg itself would."""
        values = self.dumping.dump_sequence([params[place] for place in self.places], self.formats)  # type: ignore[index]  # numbers or names, never both
        name = self.names.get(self.dumping.types or ()) or self._prepare(self.dumping.types or ())
        result = self._checked(self.connection.exec_prepared(name, values, self.dumping.formats))  # type: ignore[arg-type]  # the stub forgets NULL
        if not self.knows_columns:
            self.loading.set_pgresult(result)
            self.reading.set_loader_types([TEXT] * result.nfields, pq.Format.TEXT)
            self.knows_columns = True
        return Answer(self, result)

    def forget(self) -> None:
        for name in self.names.values():
            self._checked(self.connection.exec_(b"DEALLOCATE " + name))

    def _prepare(self, types: tuple[int, ...]) -> bytes:
        name = f"forecourt_{self.number}_{len(self.names)}".encode()
        self._checked(self.connection.prepare(name, self.text, types))
        self.names[types] = name
        return name

    def _checked(self, result: Any) -> Any:
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return result
        raise error_from_result(result)


class Answer:
    """What a statement gave, to be read as values, as text, or first the one and then the other."""

    def __init__(self, statement: Statement, result: Any) -> None:
        self.statement, self.result = statement, result

    def values(self) -> list[tuple[Any, ...]]:
        return self._rows(self.statement.loading)

    def texts(self) -> list[tuple[str | None, ...]]:
        """As PostgreSQL wrote them."""
        return self._rows(self.statement.reading)

    def _rows(self, transformer: Any) -> list[tuple[Any, ...]]:
        transformer.set_pgresult(self.result, set_loaders=False)
        rows: list[tuple[Any, ...]] = transformer.load_rows(0, self.result.ntuples, tuple)
        return rows


def statement(raw: "psycopg.Connection[Any]", sql: str, loaders: Loaders) -> Statement:
    """The connection's statement with this text; the one that was not used for longest makes room."""
    kept = _kept.setdefault(raw, OrderedDict())
    found = kept.get((sql, loaders))
    if found is None:
        if len(kept) >= MOST_KEPT:
            kept.popitem(last=False)[1].forget()
        number = max((one.number for one in kept.values()), default=0) + 1
        found = kept[sql, loaders] = Statement(raw, sql, loaders, number)
    kept.move_to_end((sql, loaders))
    return found


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[bytes, tuple[int | str, ...]]:
    """`%s` and `%(name)s` as `$1`, `$2`, …; and which parameter stands at each."""
    places: list[int | str] = []

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        places.append(found[1] or len(places))
        return f"${len(places)}"

    return PLACE.sub(place, sql).encode(), tuple(places)
