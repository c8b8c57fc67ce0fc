"""The OCPP log of a charge point (partner API §11.2 `get-charge-point-logs`)."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission, Scope, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.rows import Where, read
from forecourt.api.shapes import Id, In, Moment, Out
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
    where = Where().equals("station_id", point.station_id or 0).add("(r.number = %s OR r.number IS NULL OR r.number = 0)", point.number)
    where.since("at", query.from_date).until("at", query.to_date)
    keys_in = request.actor.scope(Permission.CHARGE_KEY_READ)
    if kind == "cursor":
        return _by_cursor(where, query, per_page, keys_in)
    return _by_offset(where, query.page, per_page, keys_in)


def _rows(where: Where, tail: str, *params: Any) -> list[tuple[Any, ...]]:
    return read(f"SELECT r.id, r.at, r.frame FROM ocpp_message r WHERE {where.sql()} {tail}", [*where.params, *params])  # noqa: S608 (constants)


def _json(rows: list[tuple[Any, ...]], keys_in: Scope) -> list[dict[str, Any]]:
    frames = without_strangers_tags([frame for _, _, frame in rows], keys_in)
    return [{"id": str(id), "timestamp": at, "message": frame} for (id, at, _), frame in zip(rows, frames, strict=True)]


def _by_offset(where: Where, page: int, per_page: int, keys_in: Scope) -> dict[str, Any]:
    rows = _rows(where, "ORDER BY r.at DESC, r.id DESC LIMIT %s OFFSET %s", per_page, page * per_page)
    total = int(read(f"SELECT count(*) FROM ocpp_message r WHERE {where.sql()}", where.params)[0][0])  # noqa: S608 (constants)
    meta = {
        "paginationType": "offset",
        "itemCount": len(rows),
        "currentPage": page,
        "perPage": per_page,
        "totalPageCount": -(-total // per_page),
        "totalItemCount": total,
    }
    return {"data": _json(rows, keys_in), "meta": meta}


def _by_cursor(where: Where, query: LogQuery, per_page: int, keys_in: Scope) -> dict[str, Any]:
    """`after` goes on to older rows, `before` back to newer ones."""
    if query.after is not None:
        where.add("r.at < %s", datetime.fromtimestamp(query.after / 1000, UTC))
    if query.before is not None:
        where.add("r.at > %s", datetime.fromtimestamp(query.before / 1000, UTC))
    direction = "ASC" if query.before is not None and query.after is None else "DESC"
    rows = _rows(where, f"ORDER BY r.at {direction}, r.id {direction} LIMIT %s", per_page)
    rows = rows if direction == "DESC" else rows[::-1]
    ends = [str(int(row[1].timestamp() * 1000)) for row in (rows[-1:] + rows[:1])]
    has_more = len(rows) == per_page
    after = ends[0] if rows and (has_more or direction == "ASC") else None
    before = ends[1] if rows and ((direction == "DESC" and query.after is not None) or (direction == "ASC" and has_more)) else None
    meta = {"paginationType": "cursor", "itemCount": len(rows), "perPage": per_page, "after": after, "before": before}
    return {"data": _json(rows, keys_in), "meta": meta}
