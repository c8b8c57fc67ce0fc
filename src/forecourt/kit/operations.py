"""`@operation`: one transaction, and PostgreSQL is told who acts."""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import connection, models, transaction

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)

_inside: ContextVar[bool] = ContextVar("forecourt_inside_operation", default=False)
_origin: ContextVar[dict[str, Any] | None] = ContextVar("forecourt_origin", default=None)


class Acting(Protocol):
    """Whoever can be named in the audit log. `access.Actor` is the one that exists."""

    def audit_claims(self) -> dict[str, Any]: ...


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """
    Run the function in one transaction and tell the audit triggers who acts.

    The actor is the keyword argument `actor` (batch operations of stations take none). An operation inside
    another joins its transaction and keeps its actor.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return function(*args, **kwargs)
        with acting(kwargs.get("actor")):
            return function(*args, **kwargs)

    return run


@contextmanager
def acting(actor: object | None) -> Iterator[None]:
    """One transaction in which `actor` acts; for doors that write without an operation (sign-in, tests)."""
    token = _inside.set(True)
    try:
        with transaction.atomic():
            if actor is not None:
                name_actor(actor)
            yield
    finally:
        _inside.reset(token)


@contextmanager
def asked_from(**facts: Any) -> Iterator[None]:
    """For the time of one request: where it comes from (`address`, `user_agent`, `request_id`); goes into what it changes in the audit log."""
    token = _origin.set(facts)
    try:
        yield
    finally:
        _origin.reset(token)


def tell_origin(**facts: Any) -> None:
    """One more fact of the request that is being answered (`credential_id`), once it is known."""
    if (origin := _origin.get()) is not None:
        origin.update(facts)


def name_actor(actor: Any) -> None:
    """Tell PostgreSQL, for this transaction alone, whose changes these are, and from where."""
    claims = actor.audit_claims()
    if origin := _origin.get():
        claims["context"] = origin
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('forecourt.actor', %s, true)", [json.dumps(claims)])


def locked(row: M) -> M:
    """Lock the row and read it again: what the caller held may be stale. Key-share locks of children pass."""
    manager: models.Manager[M] = row.__class__._base_manager  # noqa: SLF001
    return manager.select_for_update(no_key=True).get(pk=row.pk)
