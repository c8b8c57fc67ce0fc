"""Rows that belong to a tenant: the scope's columns, and the only ways to narrow by them."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet

from forecourt.access.scope import Scope

M = TypeVar("M", bound=models.Model)

OWNER_SIDE = {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "team_id", "person_id": "person_id"}


class ScopedQuerySet(QuerySet[M]):
    """
    `within` is the one way from an actor to rows. A model with two sides lists them in `SIDES`:
    side → (scope column → the table's column). The default side is `owner`.
    """

    def within(self, scope: Scope, *, side: str | None = None) -> Self:
        """The rows in the scope, on one side, or on any side of the table. For single rows; lists use `newest_within` and `count_within`."""
        joined = Q(pk__in=())
        for columns in _sides(self.model, side):
            joined |= scope.as_q(columns)
        return self.filter(joined) if not scope.is_everywhere else self

    def newest_within(self, scope: Scope, *, limit: int, offset: int = 0, side: str | None = None, order: str = "-id") -> Self:
        """
        The first rows of the scope in the list's order (newest first).

        With one predicate it is one index range. With several (ten teams, both sides of a charge) the first rows of
        each are taken by themselves and merged, because `= ANY` and OR make PostgreSQL read and sort them all.
        """
        predicates = list(_predicates(self.model, scope, side))
        if not predicates:
            return self.none()
        if len(predicates) == 1:
            return self.filter(predicates[0]).order_by(order)[offset : offset + limit]
        branches = [self.filter(predicate).order_by(order).values("pk")[: offset + limit] for predicate in predicates]
        firsts = branches[0].union(*branches[1:])
        ids = [
            row["pk"] for row in firsts.order_by(order.replace("id", "pk") if order in ("id", "-id") else order)[offset : offset + limit]
        ]
        return self.filter(pk__in=ids).order_by(order)

    def count_within(self, scope: Scope, *, limit: int, side: str | None = None) -> int:
        """
        How many rows `newest_within` goes through, counted up to `limit`; a row of both sides once.

        Each predicate is counted by its own index, without the rows of those before it, and the counting ends at the limit wherever
        that is reached: a big tenant's first side suffices. An OR over both sides reads the whole table instead.
        """
        predicates = list(_predicates(self.model, scope, side))
        if not predicates:
            return 0
        branches = [
            self.filter(predicate, *(~before for before in predicates[:place])).order_by().values("pk")
            for place, predicate in enumerate(predicates)
        ]
        counted = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
        return counted[:limit].count()


def _sides(model: type[models.Model], side: str | None) -> Iterable[dict[str, str]]:
    sides: dict[str, dict[str, str]] = getattr(model, "SIDES", None) or {"owner": _columns(model)}
    return [sides[side]] if side else sides.values()


def _columns(model: type[models.Model]) -> dict[str, str]:
    attnames = {field.attname for field in model._meta.concrete_fields}  # noqa: SLF001
    return {column: column for column in OWNER_SIDE if column in attnames}


def _predicates(model: type[models.Model], scope: Scope, side: str | None) -> Iterable[Q]:
    if scope.is_everywhere:
        return [Q()]
    return [predicate for columns in _sides(model, side) for predicate in scope.predicates(columns)]


class ScopedManager(models.Manager[M]):
    """The manager of every tenant-owned model."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        return ScopedQuerySet(self.model, using=self._db)

    def within(self, scope: Scope, *, side: str | None = None) -> ScopedQuerySet[M]:
        return self.get_queryset().within(scope, side=side)

    def newest_within(self, scope: Scope, *, limit: int, offset: int = 0, side: str | None = None, order: str = "-id") -> ScopedQuerySet[M]:
        return self.get_queryset().newest_within(scope, limit=limit, offset=offset, side=side, order=order)


class OperatorScoped(models.Model):
    """Copied from the parent, never null. Facts keep the scope they were born with; configuration follows a transfer."""

    organisation_id = models.BigIntegerField(editable=False)
    operator_id = models.BigIntegerField(editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True


class Scoped(OperatorScoped):
    """`OperatorScoped`, and the team as a plain number. A model with a foreign key `team` takes `OperatorScoped` instead."""

    team_id = models.BigIntegerField(editable=False)

    class Meta:
        abstract = True


def newest_first(
    name: str, *, columns: Sequence[str] = ("organisation_id", "operator_id", "team_id"), order: str = "-id", **options: Any
) -> list[models.Index]:
    """One index per scope column, going on in the list's order. Names are `<name>_<column without _id>`."""
    return [
        models.Index(
            F(column) if not column.startswith("-") else F(column[1:]).desc(),
            F(order[1:]).desc() if order.startswith("-") else F(order),
            name=f"{name}_{column.removesuffix('_id')}"[:30],
            **options,
        )
        for column in columns
    ]
