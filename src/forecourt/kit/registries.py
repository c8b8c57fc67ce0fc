"""
Registries: how a lower domain shows what a higher one knows, without importing it. Filled by `project/wiring.py` alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class PageField:
    """
    The same field on the lower domain's form: read and written by the `ApiField` of that name. `choices` gives what this
    person may choose for this team (None: for all teams of the operator), as (value, label) pairs.
    """

    resource: str
    name: str
    label: Any  # a lazy translation
    choices: Callable[..., list[tuple[Any, str]]]  # (actor, *, operator, team)
    is_many: bool = False


@dataclass(frozen=True, slots=True)
class PersonalPart:
    """
    What one domain keeps about a person (GDPR art. 15, 17, 20).

    `export` returns the rows as they go into the person's download: plain dictionaries of JSON values, dates as ISO 8601.
    `erase` makes them unreadable and leaves charges, invoices and the audit trail whole; it runs in the erasing transaction,
    twice if need be. Either may be missing: nothing to show, or nothing to erase.
    """

    name: str  # file name in the download: "charges"
    export: Callable[[int], Iterable[dict[str, Any]]] | None = None  # (person's id)
    erase: Callable[..., None] | None = None  # (person's id, *, at)


@dataclass(frozen=True, slots=True)
class PersonalColumns:
    """Columns of an audited table whose values belong to a person: the audit trail keeps them under that person's key."""

    entity: str  # as the audit trail names it: "TeamMember"
    person: str  # the column with the person's id; "id" for the person's own row
    columns: frozenset[str]
    is_named: bool = True  # the item's name in the audit trail is personal too
    owners: Callable[[list[int]], dict[int, int]] | None = None  # rows of one person alone (a personal team's): id → person
    owned_columns: frozenset[str] = frozenset()  # personal in those rows only, as is their name


@dataclass(frozen=True, slots=True)
class AuditItem:
    """How the audit log shows a kind of item: its name, and its page's address, `(actor, id) → address or None`."""

    entity: str
    label: Any  # a lazy translation
    address: Callable[[Any, int], str | None] | None = None


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """A column of `kit.secrets.encrypt`, so that a rotation of the keys finds it."""

    table: str
    column: str
    purpose: str
    key: str = "id"


@dataclass(frozen=True, slots=True)
class SignInWay:
    """Where the people of an address sign in, when that is not here; and whether a password does it too."""

    url: str
    takes_password: bool


OWNED = {"owner": {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "team_id"}}


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """
    A kind of entity whose changes are told to webhooks (partner API §10.1).

    They are read from the table itself: it has `created_at`, `updated_at` (by trigger; indexed with the id) and, if rows are
    deleted, `deleted_at`. Whoever reaches the row by `permission` on one of its `sides` is told; `owners` is SQL for a table
    that has no such columns: (id, organisation_id, operator_id, team_id) of the rows `%(ids)s`.
    `load` is `(actor, ids) → {id: dict}`: what the GET with `scope` gives to that actor; rows it does not give are left out.
    """

    event_type: str  # subscribed to: "charges"
    entity_type: str  # delivered: "charge"
    table: str
    scope: str
    permission: Any
    load: Callable[[Any, list[int]], dict[int, dict[str, Any]]]
    sides: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: OWNED)
    owners: str = ""
    is_deletable: bool = True
    reaches_sub_accounts: bool = False  # as the GET does (partner API §3)


@dataclass(frozen=True, slots=True)
class Happening:
    """
    Something that was recorded once, for webhooks. `mark` is the number of the transaction that recorded it, `change` the
    delivered event type, `places` the (organisation, operator, team) it belongs to, `facts` what `load` needs.
    """

    mark: int
    at: datetime
    change: str
    entity_id: str
    places: frozenset[tuple[int | None, int | None, int | None]]
    facts: Any


@dataclass(frozen=True, slots=True)
class Unread:
    """What of an append-only table has not been read: recorded by transactions from `first` to before `until`, stamped at `since` or later."""

    first: int
    until: int
    since: datetime
    most: int  # rows, and however many more the last transaction recorded


@dataclass(frozen=True, slots=True)
class WebhookStream:
    """
    A kind of happening that webhooks are told (partner API §10.1), from a table that is only appended to.

    `read`: `(scopes, unread) → happenings` that lie in one of the scopes of `permission`, perhaps more, in the order of their
    marks. `load`: `(actor, happenings) → payload of each`, None where the actor may not know it.
    """

    event_type: str
    entity_type: str
    scope: str
    permission: Any
    read: Callable[[Sequence[Any], Unread], list[Happening]]
    load: Callable[[Any, Sequence[Happening]], list[dict[str, Any] | None]]
    reaches_sub_accounts: bool = True


menu: Registry[MenuEntry] = Registry()
tabs: Registry[Tab] = Registry()
api_fields: Registry[ApiField] = Registry()
page_fields: Registry[PageField] = Registry()
shell_slots: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (slot, request → html)
cards: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (page, request → html)
turnstiles: Registry[Callable[..., Any]] = Registry()  # before every page that is not public: request → another answer, or None
row_actions: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (page, (request, row) → actions)
deletion_objections: Registry[tuple[str, Callable[..., Any]]] = Registry()  # (model label, row → message or None)
organisation_names: Registry[Callable[[list[int]], dict[int, str]]] = Registry()  # (ids) → {id: name}
audit_items: Registry[AuditItem] = Registry()
sign_in_objections: Registry[Callable[[int], str | None]] = Registry()  # (person's id) → why they may not sign in, or None
deletion_of_person: Registry[Callable[..., Any]] = Registry()  # (person's id) → why they cannot be erased yet, or None
personal_parts: Registry[PersonalPart] = Registry()
personal_columns: Registry[PersonalColumns] = Registry()
encrypted_columns: Registry[EncryptedColumn] = Registry()
account_figures: Registry[tuple[Any, Callable[[list[int]], dict[int, int]]]] = Registry()  # (label, operators' ids → {id: count})
public_operators: Registry[Callable[[], Iterable[int]]] = Registry()  # ids of those whose names anybody may read on a charge point
letterheads: Registry[Callable[..., Any]] = Registry()  # (operator's id or None) → `notifications.letters.Letterhead` or None
webhook_sources: Registry[WebhookSource] = Registry()
webhook_streams: Registry[WebhookStream] = Registry()
sign_in_ways: Registry[Callable[..., SignInWay | None]] = Registry()  # (request or None, e-mail address) → way, or None: by password
after_sign_in: Registry[Callable[..., None]] = Registry()  # (request, person): the session has its final key
address_keepers: Registry[Callable[..., str]] = Registry()  # (person) → why they cannot change their own e-mail address, or ""
session_moves: Registry[Callable[[str, str], None]] = Registry()  # (key before, key after): the same session
sign_out_ways: Registry[Callable[..., str]] = Registry()  # (request, before it is signed out) → where to go on to, or ""


def sign_in_way(request: Any, email: str) -> SignInWay | None:
    """How the people of this address sign in, if not by password alone. The same for every address of a domain (but see `sso`)."""
    return next((way for find in sign_in_ways if (way := find(request, email))), None)


def address_kept(person: Any) -> str:
    """Why somebody cannot change their own e-mail address; empty if they can."""
    return next((says for keeps in address_keepers if (says := keeps(person))), "")
