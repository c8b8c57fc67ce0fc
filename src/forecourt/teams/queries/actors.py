"""A person as an actor: with every accepted membership, and where it may do what."""

from forecourt.access import Actor, ActorKind, OperatorMembership, OperatorRole, Permission, PlatformRole, Scope, TeamMembership, TeamRole
from forecourt.access.grants import TEAM_TOGGLES
from forecourt.identity.models import Person
from forecourt.operators.models import Operator, OperatorMember
from forecourt.teams.models import TeamMember


def actor_of(person: Person) -> Actor:
    """The actor of a person, with every accepted membership. Two queries."""
    operator_rows = OperatorMember.objects.filter(person=person, state=OperatorMember.State.ACCEPTED, operator__deleted_at=None)
    team_rows = TeamMember.objects.filter(person=person, state=TeamMember.State.ACCEPTED, deleted_at=None, team__deleted_at=None)
    operators = tuple(
        OperatorMembership(operator_id, organisation_id, is_main, OperatorRole(role))
        for operator_id, organisation_id, is_main, role in operator_rows.order_by("operator_id").values_list(
            "operator_id", "organisation_id", "operator__is_main", "role"
        )
    )
    teams = tuple(
        TeamMembership(team_id, TeamRole(role), frozenset(name for name, is_on in zip(TEAM_TOGGLES, toggles, strict=True) if is_on))
        for team_id, role, *toggles in team_rows.order_by("team_id").values_list("team_id", "role", *TEAM_TOGGLES)
    )
    return Actor(
        kind=ActorKind.PERSON,
        id=person.pk,
        name=person.display_name,
        operator_memberships=operators,
        team_memberships=teams,
        platform_role=PlatformRole(person.platform_role) if person.platform_role else None,
        operator_id=operators[0].operator_id if operators else None,
    )


def operators_where(actor: Actor, permission: Permission) -> list[Operator]:
    """The operators in which the actor's own account has this permission; a Main account's people see its Sub-accounts."""
    scope = actor.scope(permission)
    if not scope.organisation_ids and not scope.operator_ids:
        return []
    rows = Operator.objects.within(Scope(organisation_ids=scope.organisation_ids, operator_ids=scope.operator_ids))
    return list(rows.filter(deleted_at=None).order_by("-is_main", "name"))
