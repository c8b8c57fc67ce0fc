"""The OCPP log of a charge point (partner API §11.2 `get-charge-point-logs`)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, Scope, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.shapes import Id, In, Moment, Out
from forecourt.gateway import queries
from forecourt.gateway.queries import MessageFilter, MessageRow, Span
from forecourt.gateway.tags import without_strangers_tags
from forecourt.kit.errors import Invalid
from forecourt.network.models import ChargePoint

router = Router(tags=["Charge points"])
MOST = {"offset": 100, "cursor": 1000}
USUAL = {"offset": 10, "cursor": 100}


class LogOut(Out):
    id: str
    timestamp: Moment
    message: str


class OffsetMeta(Out):
    pagination_type: Literal["offset"]
    item_count: int
    current_page: int
    per_page: int
    total_page_count: int
    total_item_count: int


class CursorMeta(Out):
    pagination_type: Literal["cursor"]
    item_count: int | None
    per_page: int
    after: str | None
    before: str | None


class OffsetPage(Out):
    data: list[LogOut]
    meta: OffsetMeta


class CursorPage(Out):
    data: list[LogOut]
    meta: CursorMeta


Milliseconds = Annotated[int, Field(ge=0, le=253_402_300_799_000)]


class LogQuery(In):
    """`before` and `after` are milliseconds since 1970."""

    pagination_type: Literal["offset", "cursor"] = "offset"
    page: Annotated[int, Field(ge=0, le=100_000)] = 0
    per_page: Annotated[int, Field(ge=1, le=1000)] | None = None
    from_date: Moment | None = None
    to_date: Moment | None = None
    before: Milliseconds | None = None
    after: Milliseconds | None = None


@endpoint(
    router, "GET", "/charge-points/{int:charge_point_id}/logs", "get-charge-point-logs", returns=OffsetPage | CursorPage,
    scope="charge-points:read",
)  # fmt: skip
def get_logs(request: ApiRequest, charge_point_id: Id, query: Query[LogQuery]) -> dict[str, Any]:
    """
    Read what the station and we said to each other about a charge point, newest first.

    Offset pages have up to 100 rows (10 unless said), cursor pages up to 1,000 (100).
    """
    point: ChargePoint = fetch(ChargePoint.objects, actor=request.actor, id=charge_point_id, needs=Permission.CHARGE_POINT_LOG_READ)
    kind = query.pagination_type
    per_page = query.per_page or USUAL[kind]
    if per_page > MOST[kind]:
        raise Invalid(f"perPage is at most {MOST[kind]}.", fields={"perPage": f"At most {MOST[kind]}."})
    span = Span(since=query.from_date, until=query.to_date)
    log = _Log(point.station_id or 0, MessageFilter(number=point.number), span, request.actor.scope(Permission.CHARGE_KEY_READ))
    return _by_cursor(log, query, per_page) if kind == "cursor" else _by_offset(log, query.page, per_page)


class _Log(NamedTuple):
    """What is asked for, and by whom."""

    station_id: int
    filters: MessageFilter
    span: Span
    keys_in: Scope  # where the reader may see charge keys


def _json(rows: list[MessageRow], keys_in: Scope) -> list[dict[str, Any]]:
    frames = without_strangers_tags([row.frame for row in rows], keys_in)
    return [{"id": str(row.id), "timestamp": row.at, "message": frame} for row, frame in zip(rows, frames, strict=True)]


def _by_offset(log: _Log, page: int, per_page: int) -> dict[str, Any]:
    rows = queries.message_rows(log.station_id, filters=log.filters, span=log.span, limit=per_page, offset=page * per_page)
    total = queries.message_count(log.station_id, filters=log.filters, span=log.span)
    meta = {
        "paginationType": "offset",
        "itemCount": len(rows),
        "currentPage": page,
        "perPage": per_page,
        "totalPageCount": -(-total // per_page),
        "totalItemCount": total,
    }
    return {"data": _json(rows, log.keys_in), "meta": meta}


def _by_cursor(log: _Log, query: LogQuery, per_page: int) -> dict[str, Any]:
    """`after` goes on to older rows, `before` back to newer ones."""
    span = replace(log.span, below=_at(query.after), above=_at(query.before))
    is_newest_first = query.before is None or query.after is not None
    rows = queries.message_rows(log.station_id, filters=log.filters, span=span, is_newest_first=is_newest_first, limit=per_page)
    rows = rows if is_newest_first else rows[::-1]
    ends = [str(int(row.at.timestamp() * 1000)) for row in (rows[-1:] + rows[:1])]
    has_more = len(rows) == per_page
    after = ends[0] if rows and (has_more or not is_newest_first) else None
    before = ends[1] if rows and ((is_newest_first and query.after is not None) or (not is_newest_first and has_more)) else None
    meta = {"paginationType": "cursor", "itemCount": len(rows), "perPage": per_page, "after": after, "before": before}
    return {"data": _json(rows, log.keys_in), "meta": meta}


def _at(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)
