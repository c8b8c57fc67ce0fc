"""
The direct road: a list is answered without Django's resolver and ninja, which cost as much as the list itself.

It gives ordinary answers alone. Whatever is not ordinary (another method, an older version, a field that is wrong, a
refusal, a bug) takes the road of every other operation, so that there is one way to refuse; what the limit has counted
is not counted again (`ConsumerActor`). A test asks every list on both roads and compares the bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, get_type_hints
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from forecourt.api.replies import reply

PREFIX = "/api/v1"
VERSIONS = {"v1": False, "v2": True}


@dataclass(frozen=True, slots=True)
class List:
    """One list: who may (`endpoint.Access`), how its query is read, and the view that gives its plain values."""

    may: Callable[[HttpRequest], bool]
    query: type[BaseModel]
    fields: frozenset[str]
    view: Callable[..., Any]


LISTS: dict[str, List] = {}


def add(path: str, may: Callable[[HttpRequest], bool], view: Callable[..., Any]) -> None:
    """Take a GET without parameters in its path that asks for `query` alone; others have only the ordinary road."""
    if "{" in path or list(signature(view).parameters) != ["request", "query"]:
        return
    query: type[BaseModel] = get_type_hints(view)["query"]
    fields = frozenset(field.alias or name for name, field in query.model_fields.items())
    LISTS[PREFIX + path] = List(may, query, fields, view)


def answer(request: HttpRequest) -> HttpResponse | None:
    """The list that is asked for; None where the ordinary road must answer."""
    found = LISTS.get(request.path_info)
    version = VERSIONS.get(request.META.get("HTTP_MONTA_VERSION", "v1"))
    asked: str = request.META.get("QUERY_STRING", "")
    if found is None or version is None or request.method != "GET" or not asked.isascii() or "%00" in asked:
        return None
    request.is_v2 = version  # type: ignore[attr-defined]
    try:
        sent = {name: value for name, value in parse_qsl(asked, keep_blank_values=True, max_num_fields=100) if name in found.fields}
        query = found.query.model_validate(sent, by_alias=True, by_name=False)
        found.may(request)
        response = reply(found.view(request, query))
    except Exception:  # the ordinary road says what is wrong
        return None
    request.rate.dress(response)  # type: ignore[attr-defined]
    response.headers["Cache-Control"] = "no-store"
    return response
