"""Reads: the OCPP log, refused connections, the connection history of a station."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection

from forecourt.gateway.logs import LONGEST_WAIT_MS
from forecourt.gateway.models import RefusedConnection, StationEvent
from forecourt.network.models import StationLink


def held_elsewhere(station_ids: Collection[int], *, gateway_id: int) -> list[int]:
    """Which of these stations another gateway holds."""
    links = StationLink.objects.filter(station_id__in=list(station_ids), gateway_id__isnull=False).exclude(gateway_id=gateway_id)
    return list(links.values_list("station_id", flat=True))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of a message in a station's log. Written `moment_id`."""

    at: datetime
    id: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        at, _, id = text.rpartition("_")
        try:
            return cls(datetime.fromisoformat(at), int(id))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id}"


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """`number` keeps the messages that name this charge point or none at all."""

    action: str = ""
    direction: str = ""
    number: int | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str], *, number: int | None = None) -> Self:
        direction = query.get("direction", "")
        return cls(query.get("action", "")[:40], direction if direction in ("in", "out") else "", number)


@dataclass(frozen=True, slots=True)
class MessageRow:
    id: int
    at: datetime
    number: int | None
    direction: str
    type: int
    message_id: str
    action: str
    frame: str

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.id)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a log. `since` and `until` are inclusive; `above` and `below` are not, nor is the cursor's own message."""

    since: datetime | None = None
    until: datetime | None = None
    above: datetime | None = None
    below: datetime | None = None
    cursor: Cursor | None = None

    @property
    def first(self) -> datetime | None:
        return max((at for at in (self.since, self.above) if at is not None), default=None)

    @property
    def last(self) -> datetime | None:
        at_cursor = self.cursor.at if self.cursor else None
        return min((at for at in (self.until, self.below, at_cursor) if at is not None), default=None)


_LONGEST_WAIT = timedelta(milliseconds=LONGEST_WAIT_MS)
_WHOLE = Span()
# A call and its answer share a row; the answer is shown as a message of its own, whose id is the negative.
_ENTRIES = """
FROM ocpp_message m CROSS JOIN LATERAL (VALUES
  (m.id, m.at, m.direction, m.type, m.frame),
  (-m.id, m.answered_at, 'out', CASE left(m.answer, 2) WHEN '[4' THEN 4 ELSE 3 END, m.answer)) e(id, at, direction, type, frame)
WHERE e.frame IS NOT NULL"""
_PAGE = """
SELECT e.id, e.at, m.number, e.direction, e.type, m.message_id, m.action, e.frame {entries}
ORDER BY e.at {order}, abs(e.id) {order}, e.id {inverse} LIMIT %s OFFSET %s
"""


def message_rows(
    station_id: int, *, filters: MessageFilter = MessageFilter(), span: Span = _WHOLE, is_newest_first: bool = True, limit: int = 50,
    offset: int = 0,
) -> list[MessageRow]:  # fmt: skip
    """
    A station's traffic. Oldest first, `filters.direction` must be empty.

    An answer is at most `_LONGEST_WAIT` younger than the row it stands in. So the rows of a page reach that far back beyond
    the last of as many rows that have something to show: a page reads little, however long the log is.
    """
    where = _conditions(station_id, filters, span)
    bounds, values = where.rows()
    enough = f"SELECT m.at FROM ocpp_message m WHERE {bounds} ORDER BY m.at {{}} LIMIT 1 OFFSET %s"  # noqa: S608 - built of constants
    reach = [*values, limit + offset - 1]
    if is_newest_first:
        where.row(f"m.at >= coalesce(({enough.format('DESC')}) - %s, '-infinity')", *reach, _LONGEST_WAIT)
    else:
        where.row(f"m.at <= coalesce(({enough.format('ASC')}), 'infinity')", *reach)
    order, inverse = ("DESC", "ASC") if is_newest_first else ("ASC", "DESC")
    clause, values = where.entries()
    with connection.cursor() as db:
        db.execute(_PAGE.format(entries=_ENTRIES + clause, order=order, inverse=inverse), [*values, limit, offset])
        return [MessageRow(*row) for row in db.fetchall()]


def message_count(station_id: int, *, filters: MessageFilter = MessageFilter(), span: Span = _WHOLE) -> int:
    """How many rows `message_rows` has."""
    clause, values = _conditions(station_id, filters, span).entries()
    with connection.cursor() as db:
        db.execute(f"SELECT count(*) {_ENTRIES}{clause}", values)
        return int(db.fetchone()[0])


class _Where:
    """Conditions on the rows of the log, on the messages in them, and between which moments there is surely one in each row."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[str, Sequence[Any]]]] = {"row": [], "entry": [], "sure": []}

    def row(self, condition: str, *values: Any) -> None:
        self._parts["row"].append((condition, values))

    def entry(self, condition: str, *values: Any) -> None:
        self._parts["entry"].append((condition, values))

    def sure(self, condition: str, *values: Any) -> None:
        self._parts["sure"].append((condition, values))

    def rows(self) -> tuple[str, list[Any]]:
        return self._joined("row", "sure")

    def entries(self) -> tuple[str, list[Any]]:
        clause, values = self._joined("row", "entry")
        return f" AND {clause}", values

    def _joined(self, *kinds: str) -> tuple[str, list[Any]]:
        parts = [part for kind in kinds for part in self._parts[kind]]
        return " AND ".join(condition for condition, _ in parts), [value for _, values in parts for value in values]


def _conditions(station_id: int, filters: MessageFilter, span: Span) -> _Where:
    where = _Where()
    where.row("m.station_id = %s", station_id)
    if filters.action:
        where.row("m.action = %s", filters.action)
    if filters.number is not None:
        where.row("(m.number IS NULL OR m.number IN (0, %s))", filters.number)
    if filters.direction:
        where.row("(m.direction = %s OR %s = 'out' AND m.answer IS NOT NULL)", filters.direction, filters.direction)
        where.entry("e.direction = %s", filters.direction)
    for sign, at in ((">=", span.since), ("<=", span.until), (">", span.above), ("<", span.below)):
        if at is not None:
            where.entry(f"e.at {sign} %s", at)
    if (cursor := span.cursor) is not None:
        where.entry("(e.at, abs(e.id), -e.id) < (%s, %s, %s)", cursor.at, abs(cursor.id), -cursor.id)
    if span.first is not None:
        where.row("m.at >= %s", span.first - _LONGEST_WAIT)
        where.sure("m.at > %s", span.first)
    if span.last is not None:
        where.row("m.at <= %s", span.last)
        where.sure("m.at < %s", span.last - _LONGEST_WAIT)
    return where


@dataclass(frozen=True, slots=True)
class RefusedRow:
    id: int
    identity: str
    station_id: int | None
    address: str
    reason: str
    count: int
    last_at: datetime


def refused_rows(*, station_id: int | None = None, text: str = "", reason: str = "", first: int = 0, limit: int = 50) -> list[RefusedRow]:
    """Connections that did not get in, newest first. `text` is part of an identity or the beginning of an address."""
    rows = _refused(station_id, text, reason).order_by("-last_at", "-id")
    columns = ("id", "identity", "station_id", "address", "reason", "count", "last_at")
    return [RefusedRow(*row) for row in rows.values_list(*columns)[first : first + limit]]


def refused_count(*, station_id: int | None = None, text: str = "", reason: str = "", limit: int) -> int:
    """How many rows `refused_rows` has, at most `limit`."""
    count: int = _refused(station_id, text, reason)[:limit].count()
    return count


def _refused(station_id: int | None, text: str, reason: str) -> Any:
    rows = RefusedConnection.objects.all()
    if station_id is not None:
        rows = rows.filter(station_id=station_id)
    if reason:
        rows = rows.filter(reason=reason)
    if text:
        rows = rows.filter(identity__icontains=text) | rows.filter(address__startswith=text)
    return rows


@dataclass(frozen=True, slots=True)
class EventRow:
    at: datetime
    kind: str
    detail: dict[str, Any]


def station_events(station_id: int, *, limit: int = 50) -> list[EventRow]:
    """The connection history of a station, newest first."""
    rows = StationEvent.objects.filter(station_id=station_id).order_by("-id")
    return [EventRow(*row) for row in rows.values_list("at", "kind", "detail")[:limit]]
