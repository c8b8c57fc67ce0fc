"""Where one permission holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

_NO_ROWS = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Where one permission holds: whole organisations (Main account), single operators (Sub-accounts), teams, or the person alone.

    `is_everywhere` belongs to the system's own work (jobs, platform pages), never to a tenant's people.
    """

    organisation_ids: frozenset[int] = frozenset()
    operator_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    person_ids: frozenset[int] = frozenset()
    is_everywhere: bool = False

    def __bool__(self) -> bool:
        return self.is_everywhere or any((self.organisation_ids, self.operator_ids, self.team_ids, self.person_ids))

    def equalities(self) -> Iterator[tuple[str, int]]:
        """(column, id) pairs, in a fixed order. Nearly always there is exactly one; none means nothing is visible."""
        yield from (("organisation_id", id) for id in sorted(self.organisation_ids))
        yield from (("operator_id", id) for id in sorted(self.operator_ids))
        yield from (("team_id", id) for id in sorted(self.team_ids))
        yield from (("person_id", id) for id in sorted(self.person_ids))

    def predicates(self, columns: dict[str, str]) -> Iterator[Q]:
        """
        One indexed equality each, on the columns that the table has (`columns`: scope column → the table's own name).

        A table without a column (a wallet has no person) is not reached by that kind of scope.
        """
        if self.is_everywhere:
            yield Q()
            return
        for column, id in self.equalities():
            if column in columns:
                yield Q(**{columns[column]: id})

    def as_q(self, columns: dict[str, str]) -> Q:
        """All predicates joined by OR; for a single row. Lists use `newest_within`."""
        joined: Q | None = None
        for predicate in self.predicates(columns):
            joined = predicate if joined is None else joined | predicate
        return _NO_ROWS if joined is None else joined


NOWHERE = Scope()
