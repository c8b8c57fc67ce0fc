"""Pages: `page` from 0, `perPage` 1–100, exact totals (partner API §5.1)."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field

from forecourt.access import Scope
from forecourt.api.rows import Listing, Pure, Where
from forecourt.api.shapes import In

MOST_KNOWN = 4096


class PageQuery(In):
    page: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    per_page: Annotated[int, Field(ge=1, le=100)] = 10

    @property
    def offset(self) -> int:
        return self.page * self.per_page


def envelope(data: list[Any], query: PageQuery, total: int) -> dict[str, Any]:
    meta = {
        "itemCount": len(data),
        "currentPage": query.page,
        "perPage": query.per_page,
        "totalPageCount": -(-total // query.per_page),
        "totalItemCount": total,
    }
    return {"data": data, "meta": meta}


def page_of(
    listing: Listing, shape: Callable[[Any], dict[str, Any]] | Pure, scope: Scope, where: Where, query: PageQuery, *,
    side: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A page of a table whose size is counted each time."""
    pure = shape if isinstance(shape, Pure) else None
    rows, total = listing.counted_page(scope, where, limit=query.per_page, offset=query.offset, side=side, shape=pure)
    return envelope(rows if isinstance(shape, Pure) else [shape(row) for row in rows], query, total)


def whole(data: Sequence[Any]) -> dict[str, Any]:
    """A list that is not paginated, though wrapped (countries)."""
    return envelope(list(data), PageQuery(page=0, per_page=max(1, min(100, len(data)))), len(data)) | {
        "meta": {
            "itemCount": len(data),
            "currentPage": 0,
            "perPage": len(data),
            "totalPageCount": 1 if data else 0,
            "totalItemCount": len(data),
        }
    }


def _total_seen(count: int, query: PageQuery) -> int | None:
    """A page that is neither empty nor full ends the list: no need to count."""
    if 0 < count < query.per_page or (count == 0 and query.page == 0):
        return query.offset + count
    return None


class Ceiling:
    """
    Totals of a list that yields at most `most` rows per query (charges: 20,000).

    Rows of such a list are never taken away, so a question that has once reached the ceiling stays there; it is
    remembered, and only smaller tenants are counted again. `key` is None for a question whose answer may shrink.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._reached: set[Any] = set()

    def page_of(
        self,
        listing: Listing,
        shape: Pure,
        scope: Scope,
        where: Where,
        query: PageQuery,
        *,
        key: Any,
        side: str | None,
    ) -> dict[str, Any]:
        limit = max(0, min(query.per_page, self.most - query.offset))
        rows = listing.page(scope, where, limit=limit, offset=query.offset, side=side, shape=shape) if limit else []
        total = _total_seen(len(rows), query) if limit == query.per_page else None
        if total is None:
            total = self._total(listing, scope, where, key, side)
        return envelope(rows, query, total)

    def _total(self, listing: Listing, scope: Scope, where: Where, key: Any, side: str | None) -> int:
        if key in self._reached:
            return self.most
        total = listing.count(scope, where, side=side, limit=self.most)
        if total == self.most and key is not None and len(self._reached) < MOST_KNOWN:
            self._reached.add(key)
        return total
