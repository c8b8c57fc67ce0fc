"""The chips of a filter by state: which there are, how many rows each has, which are on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forecourt.portal.states import State, state


@dataclass(frozen=True, slots=True)
class Chip:
    value: str
    state: State
    is_on: bool
    count: int | None = None


def state_chips(kind: str, values: Iterable[str], *, chosen: Iterable[str], counts: Mapping[str, int] | None = None) -> list[Chip]:
    """Chips for `portal/_filter_states.html`; `chosen` is `request.GET.getlist("state")`."""
    on = set(chosen)
    return [Chip(value, state(kind, value), value in on, counts.get(value, 0) if counts is not None else None) for value in values]
