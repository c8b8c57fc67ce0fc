"""Events go up: a domain announces a fact, `project/wiring.py` lists who reacts, the outbox carries it there."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self

from django.db import connection


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """
    A fact that happened. Subclasses are frozen dataclasses of plain values (ids, not rows) with a stable `kind`.
    """

    kind: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def parse(cls, payload: dict[str, Any]) -> Self:
        return cls(**payload)


Reaction = Callable[[Sequence[Any]], None]

# Filled once by project/wiring.py. kind → (event class, {reaction name: function}).
_reactions: dict[str, tuple[type[Event], dict[str, Reaction]]] = {}


def wire(event: type[Event], reactions: Iterable[Reaction]) -> None:
    """Say who reacts to an event. A reaction is named by its module and function; the name is stored, so keep it stable."""
    _reactions[event.kind] = (event, {reaction_name(reaction): reaction for reaction in reactions})


def reaction_name(reaction: Reaction) -> str:
    domain = reaction.__module__.removeprefix("forecourt.").split(".")[0]
    return f"{domain}.{reaction.__name__}"


def reaction_for(kind: str, name: str) -> tuple[type[Event], Reaction]:
    """
    The event class and function of a stored outbox row.

    :raises KeyError: if the wiring no longer has it; the row is then set aside with that error.
    """
    event, reactions = _reactions[kind]
    return event, reactions[name]


def announce(event: Event) -> None:
    announce_all([event])


def announce_all(events: Iterable[Event]) -> None:
    """Write one outbox row per event and registered reaction, in the caller's transaction, in one statement."""
    rows: list[tuple[str, str, str]] = []
    for event in events:
        payload = dumps(event.payload())
        rows += [(event.kind, name, payload) for name in _reactions.get(event.kind, (None, {}))[1]]
    if not rows:
        return
    kinds, names, payloads = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kit_outbox (kind, reaction, payload) SELECT * FROM unnest(%s::text[], %s::text[], %s::jsonb[])",
            [list(kinds), list(names), list(payloads)],
        )


def dumps(payload: dict[str, Any]) -> str:
    import msgspec

    return msgspec.json.encode(payload).decode()
