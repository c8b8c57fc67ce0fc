"""The actor of a request, a socket or a job: built at the door, frozen, handed to every operation."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from forecourt.access.grants import OPERATOR_GRANTS, PLATFORM_GRANTS, team_permissions
from forecourt.access.permissions import OperatorRole, Permission, PlatformRole, TeamRole
from forecourt.access.scope import NOWHERE, Scope


class ActorKind(StrEnum):
    PERSON = "person"
    CONSUMER = "consumer"
    STATION = "station"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class OperatorMembership:
    """A person's role in one operator account. In a Main account it holds in the whole organisation (spec §4)."""

    operator_id: int
    organisation_id: int
    is_main: bool
    role: OperatorRole


@dataclass(frozen=True, slots=True)
class TeamMembership:
    team_id: int
    role: TeamRole
    toggles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Actor:
    """
    Who acts. `id` is the person's, the API credential's or the station's; 0 for the system.

    A consumer carries `permissions` (from its scopes) and the operators or teams it reaches; a person carries memberships.
    """

    kind: ActorKind
    id: int
    name: str
    operator_memberships: tuple[OperatorMembership, ...] = ()
    team_memberships: tuple[TeamMembership, ...] = ()
    platform_role: PlatformRole | None = None
    permissions: frozenset[Permission] = frozenset()
    reach: Scope = NOWHERE
    api_scopes: frozenset[str] = frozenset()
    rate_limit: int = 0
    rate_interval_seconds: int = 0
    operator_id: int | None = None  # the account the actor works in: a consumer's own, a person's current one

    @classmethod
    def system(cls, name: str) -> "Actor":
        """The product itself: a job, a drain, a periodic run. Named in the audit log."""
        return cls(ActorKind.SYSTEM, 0, name, permissions=frozenset(Permission), reach=Scope(is_everywhere=True))

    @classmethod
    def station(cls, id: int, identity: str) -> "Actor":
        """A station that has authenticated. It reaches nothing by scope: intents name their station."""
        return cls(ActorKind.STATION, id, identity)

    def scope(self, permission: Permission) -> Scope:
        """Where this permission holds for this actor."""
        return self._scopes.get(permission) or self._remember(permission)

    def may_anywhere(self, permission: Permission) -> bool:
        return bool(self.scope(permission)) or self.may_platform(permission)

    def may_platform(self, permission: Permission) -> bool:
        """Whether a platform role grants it. Platform permissions have no rows of a tenant."""
        return self.platform_role is not None and permission in PLATFORM_GRANTS[self.platform_role]

    def audit_claims(self) -> dict[str, Any]:
        """What the audit triggers record of the actor, as of now."""
        return {"kind": self.kind.value, "id": self.id, "name": self.name}

    @cached_property
    def _scopes(self) -> dict[Permission, Scope]:
        return {}

    def _remember(self, permission: Permission) -> Scope:
        scope = self._scopes[permission] = self._scope(permission)
        return scope

    def _scope(self, permission: Permission) -> Scope:
        if self.kind is not ActorKind.PERSON:
            return self.reach if permission in self.permissions else Scope()
        here = [m for m in self.operator_memberships if permission in OPERATOR_GRANTS[m.role]]
        organisations = frozenset(m.organisation_id for m in here if m.is_main)
        return Scope(
            organisation_ids=organisations,
            operator_ids=frozenset(m.operator_id for m in here if m.organisation_id not in organisations),
            team_ids=frozenset(m.team_id for m in self.team_memberships if permission in team_permissions(m.role, m.toggles)),
            person_ids=frozenset({self.id}) if permission in OWN_ROWS else frozenset(),
        )


# What every person may do with rows that are their own: their charges, their keys.
OWN_ROWS = frozenset({Permission.CHARGE_READ, Permission.CHARGE_STOP, Permission.CHARGE_KEY_READ})
