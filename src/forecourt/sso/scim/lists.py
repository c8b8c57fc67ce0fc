"""Lists: filter, order, pages and the attributes that are asked for, by GET or by POST to `/.search` (RFC 7644 §3.4)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from django.db.models import QuerySet
from django.http import HttpResponse

from forecourt.sso.queries.directories import Shown, filtered, ordered
from forecourt.sso.scim.door import ScimRequest, told
from forecourt.sso.scim.rules.errors import InvalidSyntax, InvalidValue
from forecourt.sso.scim.rules.resources import shown

LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
MOST: Final = 1000
USUAL: Final = 100
_FARTHEST: Final = 10**9


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list or a single resource is asked for. `start` counts from one."""

    filter: str = ""
    sort_by: str = ""
    is_descending: bool = False
    start: int = 1
    count: int = USUAL
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @classmethod
    def of_query(cls, request: ScimRequest) -> Self:
        """
        :raises InvalidValue: if a number is none.
        """
        return cls._of({key.lower(): value for key, value in request.GET.items()})

    @classmethod
    def of_body(cls, body: Any) -> Self:
        """
        :raises InvalidSyntax: if the body is no search.
        :raises InvalidValue: if a number is none.
        """
        if not isinstance(body, Mapping) or SEARCH not in (body.get("schemas") or ()):
            raise InvalidSyntax("The body is not a SearchRequest.")
        return cls._of({key.lower(): value for key, value in body.items()})

    @classmethod
    def _of(cls, given: Mapping[str, Any]) -> Self:
        return cls(
            filter=str(given.get("filter") or ""),
            sort_by=str(given.get("sortby") or ""),
            is_descending=str(given.get("sortorder") or "").lower() == "descending",
            start=min(max(1, _number(given, "startindex", 1)), _FARTHEST),
            count=min(max(0, _number(given, "count", USUAL)), MOST),
            only=_names(given.get("attributes")),
            without=_names(given.get("excludedattributes")),
        )

    def shows(self, name: str) -> bool:
        """Whether an attribute that costs a query is asked for at all."""
        firsts = [one.lower().rpartition(":")[2].split(".")[0] for one in self.only]
        return name in firsts if firsts else name not in [one.lower().rpartition(":")[2] for one in self.without]

    def project(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        return shown(resource, only=self.only, without=self.without)


def listed(asked: Asked, rows: QuerySet[Any], render: Callable[[Sequence[Any]], list[Shown]]) -> HttpResponse:
    """One page, and how many there are."""
    found = filtered(rows, asked.filter)
    page = list(ordered(found, asked.sort_by, is_descending=asked.is_descending)[asked.start - 1 :][: asked.count]) if asked.count else []
    content = {
        "schemas": [LIST],
        "totalResults": found.count(),
        "startIndex": asked.start,
        "itemsPerPage": len(page),
        "Resources": [asked.project(one.resource) for one in render(page)],
    }
    return told(content)


def _number(given: Mapping[str, Any], name: str, usual: int) -> int:
    value = given.get(name)
    try:
        return usual if value in (None, "") else int(str(value))
    except ValueError as error:
        raise InvalidValue(f"{name} is not a number.") from error


def _names(value: Any) -> tuple[str, ...]:
    listed = value.split(",") if isinstance(value, str) else value or ()
    if not isinstance(listed, list | tuple):
        raise InvalidSyntax("The attributes are a list of names.")
    return tuple(name for one in listed if (name := str(one).strip()))
