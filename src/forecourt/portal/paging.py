"""Pages of a list. A list counts up to 20,000 and says “20,000+” beyond: an exact count of a filtered million costs 100 ms."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from forecourt.portal.formats import number

COUNT_LIMIT = 20_000
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Paging:
    """Where in a list we are. `total` is exact up to `COUNT_LIMIT`; one more means “more than that”."""

    page: int
    total: int
    size: int = PAGE_SIZE

    @property
    def is_capped(self) -> bool:
        return self.total > COUNT_LIMIT

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def first(self) -> int:
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.total)

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.offset + self.size < min(self.total, COUNT_LIMIT) else None

    @property
    def text(self) -> str:
        """“1–50 of 20,000+”."""
        total = f"{number(COUNT_LIMIT)}+" if self.is_capped else number(self.total)
        return _("%(first)s–%(last)s of %(total)s") % {"first": number(self.first), "last": number(self.last), "total": total}


def paged(request: HttpRequest, total: int, *, size: int = PAGE_SIZE) -> Paging:
    """
    The page that `?page=` asks for, moved into the list if it lies beyond its end.

    Count with a limit of `COUNT_LIMIT + 1`, then take `rows[paging.offset : paging.offset + paging.size]`.
    """
    asked = request.GET.get("page", "1")
    last_page = max(1, -(-min(total, COUNT_LIMIT) // size))
    return Paging(min(max(1, int(asked)), last_page) if asked.isdecimal() and len(asked) < 9 else 1, total, size)
