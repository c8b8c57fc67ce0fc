"""
The direct road: a list is answered without Django's request, middleware and resolver and without ninja, which cost as
much as the list itself.

It gives ordinary answers alone. Whatever is not ordinary (another method, an older version, a field that is wrong, a
refusal, a bug) takes the road of every other operation, so that there is one way to refuse; what the limit has counted
is not counted again (`ConsumerActor`). A test asks every list on both roads and compares status, headers and bytes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from threading import Lock
from typing import Any, get_type_hints
from urllib.parse import parse_qsl

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.http import HttpRequest
from pydantic import BaseModel

from forecourt.api.replies import JSON, encoded

PREFIX = "/api/v1"
VERSIONS = {"v1": False, "v2": True}
IDENTIFY = "forecourt.identify"  # in the environment: whose token it is (`integrations.middleware`); no header can be called so
PATIENCE_S = 0.02  # as long as a dozen lists take
Environ = dict[str, Any]
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class List:
    """One list: who may (`endpoint.Access`), how its query is read, and the view that gives its plain values."""

    may: Callable[[HttpRequest], bool]
    query: Callable[[str], BaseModel]
    view: Callable[..., Any]


LISTS: dict[str, List] = {}


class Request(HttpRequest):
    """What `Access` and the views of lists read of a request, over the server's own environment."""

    def __init__(self, environ: Environ, *, is_v2: bool = False) -> None:
        self.META, self.method, self.is_v2 = environ, "GET", is_v2
        self.path = self.path_info = environ["PATH_INFO"]
        self.identify = environ[IDENTIFY]

    def _get_scheme(self) -> str:
        return str(self.META["wsgi.url_scheme"])


def add(path: str, may: Callable[[HttpRequest], bool], view: Callable[..., Any]) -> None:
    """Take a GET without parameters in its path that asks for `query` alone; others have only the ordinary road."""
    if "{" in path or list(signature(view).parameters) != ["request", "query"]:
        return
    LISTS[PREFIX + path] = List(may, _reader(get_type_hints(view)["query"]), view)


def _reader(model: type[BaseModel]) -> Callable[[str], BaseModel]:
    """Programs ask the same again: what a query string says depends on it alone, so the last ones are remembered."""
    fields = frozenset(field.alias or name for name, field in model.model_fields.items())

    @lru_cache(maxsize=256)
    def query(asked: str) -> BaseModel:
        sent = {name: value for name, value in parse_qsl(asked, keep_blank_values=True, max_num_fields=100) if name in fields}
        return model.model_validate(sent, by_alias=True, by_name=False)

    return query


class Lane:
    """
    One connection at which the lists of a process take turns: few of PostgreSQL's processes then do all the work, and what
    they keep stays in the processor's own memory, which saves a fifth. Only one thread of Python runs at a time anyway.

    Whoever would wait longer than `PATIENCE_S`, behind a slow list, goes on at its thread's own connection.
    """

    def __init__(self) -> None:
        self._turn = Lock()
        self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
        self._connection.inc_thread_sharing()

    @contextmanager
    def turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=PATIENCE_S):
            yield
            return
        own = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._connection
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own
            self._turn.release()


def answer(environ: Environ) -> tuple[Headers, bytes] | None:
    """The list that is asked for, if it can be had; None where the ordinary road must answer."""
    found = LISTS.get(environ["PATH_INFO"])
    version = VERSIONS.get(environ.get("HTTP_MONTA_VERSION", "v1"))
    asked: str = environ.get("QUERY_STRING", "")
    if found is None or version is None or environ["REQUEST_METHOD"] != "GET" or not asked.isascii() or "%00" in asked:
        return None
    request = Request(environ, is_v2=version)
    connection.close_if_unusable_or_obsolete()  # what Django does as a request begins
    try:
        query = found.query(asked)
        found.may(request)
        body = encoded(found.view(request, query))
    except Exception:  # the ordinary road says what is wrong
        return None
    rate: Any = request.rate  # type: ignore[attr-defined]
    return [("Content-Type", JSON), ("Content-Length", str(len(body))), *rate.headers(), ("Cache-Control", "no-store")], body
