"""The Account filter: a Main account's lists, narrowed to one of its accounts (spec §4)."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from forecourt.access import Actor, Scope
from forecourt.access.scope import NOWHERE
from forecourt.operators.models import Operator

PARAMETER = "operator"


@dataclass(frozen=True)
class AccountFilter:
    """
    `scope` is what the list reads. Narrowed, it is one equality on `operator_id`: as fast as a Sub-account's own list.

    `operators/_account_filter.html` draws it, from `accounts` in the page's context; nothing where there is no choice.
    """

    scope: Scope
    value: int | None
    organisation_id: int | None

    def narrowed(self, scope: Scope) -> Scope:
        """Another permission's scope of the same reader, narrowed in the same way: for exports and figures."""
        if self.value is None or self.organisation_id is None:
            return scope
        is_there = self.value in self.scope.operator_ids and (
            self.organisation_id in scope.organisation_ids or self.value in scope.operator_ids
        )
        return Scope(operator_ids=frozenset({self.value})) if is_there else NOWHERE

    @cached_property
    def options(self) -> list[tuple[int, str]]:
        """The accounts of the organisation, the Main account first. One query, when it is drawn."""
        if self.organisation_id is None:
            return []
        rows = Operator.objects.filter(organisation_id=self.organisation_id, deleted_at=None).order_by("-is_main", "name")
        found = list(rows.values_list("id", "name"))
        return found if len(found) > 1 else []


def account_filter(request: HttpRequest, scope: Scope) -> AccountFilter:
    """
    The filter of this list and its exports. `scope` is where the reader may see its rows; `?operator=` chooses an account.

    An account that is not of the organisation shows nothing.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    account = actor.account
    if account is None or not account.is_main or account.organisation_id not in scope.organisation_ids:
        return AccountFilter(scope, None, None)
    asked = request.GET.get(PARAMETER, "")
    if not asked:
        return AccountFilter(scope, None, account.organisation_id)
    id = int(asked) if asked.isdecimal() and len(asked) < 18 else 0
    is_ours = Operator.objects.filter(pk=id, organisation_id=account.organisation_id).exists()
    return AccountFilter(Scope(operator_ids=frozenset({id})) if is_ours else NOWHERE, id, account.organisation_id)
