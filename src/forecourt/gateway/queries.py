"""Reads: the OCPP log, refused connections, the connection history of a station."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import connection

from forecourt.gateway.models import RefusedConnection, StationEvent
from forecourt.network.models import StationLink


def held_elsewhere(station_ids: Collection[int], *, gateway_id: int) -> list[int]:
    """Which of these stations another gateway holds."""
    links = StationLink.objects.filter(station_id__in=list(station_ids), gateway_id__isnull=False).exclude(gateway_id=gateway_id)
    return list(links.values_list("station_id", flat=True))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place of a message in a station's log. Written `microseconds-id`."""

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


_COLUMNS = "id, at, number, direction, type, message_id, action, frame"


def message_rows(
    station_id: int, *, filters: MessageFilter = MessageFilter(), cursor: Cursor | None = None, limit: int = 50
) -> list[MessageRow]:  # fmt: skip
    """A station's traffic, newest first; `cursor`: only what is older than that message."""
    where, values = ["station_id = %s"], [station_id]
    conditions: Sequence[tuple[str, Any, bool]] = (
        ("action = %s", filters.action, bool(filters.action)),
        ("direction = %s", filters.direction, bool(filters.direction)),
        ("(number IS NULL OR number IN (0, %s))", filters.number, filters.number is not None),
    )
    for condition, value, is_set in conditions:
        if is_set:
            where.append(condition)
            values.append(value)
    if cursor is not None:
        where.append("(at, id) < (%s, %s)")
        values += [cursor.at, cursor.id]  # type: ignore[list-item]
    with connection.cursor() as db:
        db.execute(
            f"SELECT {_COLUMNS} FROM ocpp_message WHERE {' AND '.join(where)} ORDER BY at DESC, id DESC LIMIT %s",  # noqa: S608
            [*values, limit],
        )
        return [MessageRow(*row) for row in db.fetchall()]


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
