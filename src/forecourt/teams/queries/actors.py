"""A person as an actor: with every accepted membership, and where it may do what."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from forecourt.access import (
    Account,
    Actor,
    ActorKind,
    OperatorMembership,
    OperatorRole,
    Permission,
    PlatformRole,
    Scope,
    TeamMembership,
    TeamRole,
)
from forecourt.access.grants import TAKEN_WITH, TEAM_TOGGLES
from forecourt.identity.models import Person
from forecourt.identity.queries import with_second_factor
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.queries import second_factor_asked
from forecourt.teams.features import FEATURES
from forecourt.teams.models import FeatureSetting, Team, TeamMember
from forecourt.teams.queries.rights import TakenRights


def actor_of(person: Person) -> Actor:
    """The actor of a person, with every accepted membership, in the account they last worked in. Two queries."""
    operator_rows = OperatorMember.objects.filter(person=person, state=OperatorMember.State.ACCEPTED, operator__deleted_at=None)
    named = list(operator_rows.order_by("-operator__is_main", "operator_id").values_list(*_MEMBERSHIP, *_WORKPLACE))
    operators = tuple(OperatorMembership(row[0], row[1], row[2], OperatorRole(row[3]), row[4] and not row[5]) for row in named)
    team_rows = TeamMember.objects.filter(person=person, state=TeamMember.State.ACCEPTED, deleted_at=None, team__deleted_at=None)
    actor = Actor(
        kind=ActorKind.PERSON,
        id=person.pk,
        name=person.display_name,
        operator_memberships=operators,
        team_memberships=tuple(
            _membership(*row) for row in team_rows.order_by("team_id").values_list(*_IN_A_TEAM, _TAKEN, _CLOSED, *_LOOK, *TEAM_TOGGLES)
        ),
        platform_role=PlatformRole(person.platform_role) if person.platform_role else None,
    )
    return actor.working_in(_last_account(actor, named[0][len(_MEMBERSHIP) :])) if named else actor


_MEMBERSHIP = ("operator_id", "organisation_id", "operator__is_main", "role", second_factor_asked("operator_id", "organisation_id"),
               with_second_factor("person_id"))  # fmt: skip
_WORKPLACE = ("person__workplace", *(f"person__workplace__operator__{name}" for name in ("id", "organisation_id", "is_main", "deleted_at")))
_IN_A_TEAM = ("team_id", "role", "organisation_id", "operator_id")
_LOOK = ("team__theme_id", "team__type")

_TAKEN = TakenRights("team__template_id", "team__operator_id", "team__type")
_CLOSED = ArraySubquery(
    FeatureSetting.objects.filter(group=OuterRef("team__feature_group"), group__deleted_at=None)
    .exclude(value=FeatureSetting.Value.ON)
    .values("feature")
)


def _membership(
    team_id: int, role: str, organisation_id: int, operator_id: int, taken: list[str], features: list[str],
    theme_id: int | None, type: str, *toggles: bool,
) -> TeamMembership:  # fmt: skip
    """What the person's toggles give, less what the team's template takes (spec §2.5) and its feature group leaves out."""
    given = frozenset(name for name, is_on in zip(TEAM_TOGGLES, toggles, strict=True) if is_on and name not in taken)
    closed = frozenset().union(
        *(FEATURES[name].permissions for name in features if name in FEATURES), *(TAKEN_WITH.get(name, ()) for name in taken)
    )
    return TeamMembership(team_id, TeamRole(role), given, organisation_id, operator_id, closed, theme_id, type == Team.Type.PERSONAL)


def _last_account(actor: Actor, workplace: Sequence[Any]) -> Account | None:
    """The remembered account if the person may still work there; without one, a Main account before a Sub-account."""
    is_remembered, operator_id, organisation_id, is_main, deleted_at = workplace
    if is_remembered and operator_id is None:
        return None
    if operator_id and deleted_at is None and actor.may_work_in(found := Account(operator_id, organisation_id, is_main)):
        return found
    first = actor.operator_memberships[0]
    return Account(first.operator_id, first.organisation_id, first.is_main)


def operators_where(actor: Actor, permission: Permission) -> list[Operator]:
    """The operators in which the actor's own account has this permission; a Main account's people see its Sub-accounts."""
    scope = actor.scope(permission)
    if not scope.organisation_ids and not scope.operator_ids:
        return []
    rows = Operator.objects.within(Scope(organisation_ids=scope.organisation_ids, operator_ids=scope.operator_ids))
    return list(rows.filter(deleted_at=None).order_by("-is_main", "name"))
