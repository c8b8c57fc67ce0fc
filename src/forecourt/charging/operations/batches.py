"""Applying many intents at once so that each still succeeds or fails alone."""

import logging
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import django.db
import psycopg
from django.db import transaction

from forecourt.charging.intents import Outcome

logger = logging.getLogger(__name__)
# COPY raises the driver's own errors.
REFUSALS = (django.db.DataError, django.db.IntegrityError, psycopg.DataError, psycopg.IntegrityError)
I = TypeVar("I")  # noqa: E741 - an intent
Apply = Callable[[Sequence[I]], list[Outcome]]

_is_hopeful: ContextVar[bool] = ContextVar("forecourt_hopeful", default=False)


@contextmanager
def hopefully() -> Iterator[None]:
    """
    In here nothing is set apart: what the database refuses is the whole transaction's error, and the caller begins again
    outside. Hardly anything is ever refused, and every savepoint costs two turns to PostgreSQL.
    """
    token = _is_hopeful.set(True)
    try:
        yield
    finally:
        _is_hopeful.reset(token)


def each_alone(apply: Apply[I], intents: Sequence[I]) -> list[Outcome]:
    """
    Apply a batch in a savepoint; if the database refuses it, again in halves, until the bad intent stands alone.

    Only refused values and broken constraints are set apart; a lost connection or a deadlock is the whole batch's error.
    """
    if not intents:
        return []
    if _is_hopeful.get():
        return apply(intents)
    try:
        with transaction.atomic():
            return apply(intents)
    except REFUSALS as error:
        if len(intents) == 1:
            logger.warning("refused %s: %s", type(intents[0]).__name__, error)
            return [Outcome(refused="not storable")]
    middle = len(intents) // 2
    return each_alone(apply, intents[:middle]) + each_alone(apply, intents[middle:])


def in_rounds(apply: Apply[I], intents: Sequence[I], *, key: Callable[[I], Hashable]) -> list[Outcome]:
    """Apply a batch so that no two intents with one key meet in a statement, and each key's keep their order."""
    outcomes: list[Outcome | None] = [None] * len(intents)
    waiting = list(range(len(intents)))
    while waiting:
        seen: set[Hashable] = set()
        now: list[int] = []
        later: list[int] = []
        for place in waiting:
            name = key(intents[place])
            (later if name in seen else now).append(place)
            seen.add(name)
        for place, outcome in zip(now, each_alone(apply, [intents[place] for place in now]), strict=True):
            outcomes[place] = outcome
        waiting = later
    return [outcome for outcome in outcomes if outcome is not None]
