"""
Registries: how a lower domain shows what a higher one knows, without importing it. Filled by `project/wiring.py` alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """An ordered list that is filled once at start."""

    def __init__(self) -> None:
        self._items: list[T] = []

    def add(self, *items: T) -> None:
        self._items += [item for item in items if item not in self._items]

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of the left menu; shown to whoever holds `permission` anywhere."""

    section: str
    label: Any  # a lazy translation
    url_name: str
    icon: str
    permission: Any
    order: int = 100


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab that a higher domain adds to the detail page `page` of a lower one. Its URL takes the row's id."""

    page: str
    label: Any
    url_name: str
    permission: Any
    order: int = 100


@dataclass(frozen=True, slots=True)
class ApiField:
    """
    A field that a higher domain adds to a lower endpoint: a batch loader `(ids) → {id: value}`, and perhaps a writer
    `(actor, id, value, at)` that sets it.
    """

    resource: str
    name: str
    load: Callable[[list[int]], dict[int, Any]]
    write: Callable[..., None] | None = None


menu: Registry[MenuEntry] = Registry()
tabs: Registry[Tab] = Registry()
api_fields: Registry[ApiField] = Registry()
shell_slots: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (slot, request → html)
cards: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (page, request → html)
row_actions: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (page, (request, row) → actions)
deletion_objections: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (model label, row → message or None)
audit_labels: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (entity, ids → {id: name})
