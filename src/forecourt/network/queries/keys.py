"""Charge keys for lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from forecourt.access import Scope
from forecourt.network.models import ChargeKey
from forecourt.network.queries.charge_points import COUNT_LIMIT, whole

STATES = ("active", "blocked", "inactive")
_SORTS = {"name": ("name", "id"), "identifier": ("identifier", "id")}


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """What the list is narrowed by. `search` looks into identifier and name; `inactive` are the expired ones."""

    at: datetime
    search: str = ""
    states: tuple[str, ...] = ()
    team_id: int | None = None
    sort: str = ""

    @classmethod
    def parse(cls, given: Any, *, at: datetime) -> "KeyFilter":
        sort = given.get("sort", "")
        states = tuple(state for state in given.getlist("state") if state in STATES)
        return cls(at, given.get("q", "").strip()[:120], states, whole(given.get("team")), sort if sort.lstrip("-") in _SORTS else "")

    def narrow(self, rows: Any) -> Any:
        rows = rows.filter(deleted_at=None)
        if self.search:
            rows = rows.filter(Q(identifier__icontains=self.search) | Q(name__icontains=self.search))
        if self.team_id:
            rows = rows.filter(team_id=self.team_id)
        if self.states:
            chosen = Q(pk__in=())
            for state in self.states:
                chosen |= self._of(state)
            rows = rows.filter(chosen)
        return rows

    def _of(self, state: str) -> Q:
        expired = Q(active_until__lte=self.at)
        if state == "blocked":
            return Q(blocked_at__isnull=False)
        if state == "inactive":
            return Q(blocked_at=None) & expired
        return Q(blocked_at=None) & (Q(active_until=None) | Q(active_until__gt=self.at))


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line; `state` is active, blocked or inactive (expired)."""

    id: int
    identifier: str
    type: str
    name: str | None
    organisation_id: int
    operator_id: int
    team_id: int
    team: str
    person_id: int | None
    person: str
    active_until: datetime | None
    state: str


_COLUMNS = (
    "id", "identifier", "type", "name", "organisation_id", "operator_id", "team_id", "team__name", "person_id", "person__first_name",
    "person__last_name", "active_until", "blocked_at",
)  # fmt: skip


def key_rows(scope: Scope, *, filters: KeyFilter, limit: int, offset: int = 0) -> list[KeyRow]:
    """The keys in scope, newest first or sorted."""
    if filters.sort:
        sign = "-" if filters.sort.startswith("-") else ""
        order = [f"{sign}{column}" for column in _SORTS[filters.sort.lstrip("-")]]
        rows = filters.narrow(ChargeKey.objects.within(scope)).order_by(*order)[offset : offset + limit]
    else:
        rows = filters.narrow(ChargeKey.objects.all()).newest_within(scope, limit=limit, offset=offset)
    return [_row(row, filters.at) for row in rows.values_list(*_COLUMNS)]


def every_key_row(scope: Scope, *, filters: KeyFilter) -> Iterator[KeyRow]:
    rows = filters.narrow(ChargeKey.objects.within(scope)).order_by("-id").values_list(*_COLUMNS)
    return (_row(row, filters.at) for row in rows.iterator(chunk_size=2000))


def key_count(scope: Scope, *, filters: KeyFilter) -> int:
    count: int = filters.narrow(ChargeKey.objects.within(scope))[:COUNT_LIMIT].count()
    return count


def key_state(key: ChargeKey, at: datetime) -> str:
    return _state(key.blocked_at, key.active_until, at)


def _row(row: tuple[Any, ...], at: datetime) -> KeyRow:
    *head, first_name, last_name, active_until, blocked_at = row
    person = " ".join(part for part in (first_name, last_name) if part)
    return _key_row([*head, person, active_until, _state(blocked_at, active_until, at)])


def _key_row(columns: Sequence[Any]) -> KeyRow:
    return KeyRow(*columns)


def _state(blocked_at: datetime | None, active_until: datetime | None, at: datetime) -> str:
    if blocked_at is not None:
        return "blocked"
    return "inactive" if active_until is not None and active_until <= at else "active"
