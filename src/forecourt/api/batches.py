"""Many entities by their ids, as their GET gives each: what webhooks deliver."""

from collections.abc import Callable
from typing import Any

from forecourt.access import Scope
from forecourt.api.rows import Listing, Where


def by_id(
    listing: Listing, scope: Scope, ids: list[int], shape: Callable[[Any], dict[str, Any]], *, where: Where | None = None
) -> dict[int, dict[str, Any]]:
    """id → JSON of those that lie in the scope, living or not. `where` narrows further."""
    where = (where or Where()).add("r.id = ANY(%s)", ids)
    return {row.id: shape(row) for row in listing.page(scope, where, limit=len(ids), offset=0)}
