"""The actor of a request, a socket or a job: built at the door, frozen, handed to every operation."""

from dataclasses import dataclass, replace
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
    lacks_factor: bool = False  # the account asks for a second factor, and the person has none


@dataclass(frozen=True, slots=True)
class TeamMembership:
    """A person's role in one team, whose team it is, and which theme it has chosen."""

    team_id: int
    role: TeamRole
    toggles: frozenset[str] = frozenset()
    organisation_id: int = 0
    operator_id: int = 0
    closed: frozenset[Permission] = frozenset()  # what the team's feature group leaves out
    theme_id: int | None = None
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An operator account to work in. A Main account shows its whole organisation (spec §4)."""

    operator_id: int
    organisation_id: int
    is_main: bool


@dataclass(frozen=True)
class Actor:
    """
    Who acts. `id` is the person's, the API credential's or the station's; 0 for the system.

    A consumer carries `permissions` (from its scopes) and the operators or teams it reaches; a person carries memberships
    and works in one account at a time, or in their own teams (`account` is None).
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
    account: Account | None = None  # a person's; None: their own teams

    @classmethod
    def system(cls, name: str) -> "Actor":
        """The product itself: a job, a drain, a periodic run. Named in the audit log."""
        return cls(ActorKind.SYSTEM, 0, name, permissions=frozenset(Permission), reach=Scope(is_everywhere=True))

    @classmethod
    def station(cls, id: int, identity: str) -> "Actor":
        """A station that has authenticated. It reaches nothing by scope: intents name their station."""
        return cls(ActorKind.STATION, id, identity)

    def scope(self, permission: Permission) -> Scope:
        """Where this permission holds in the account the actor works in: for lists, menu, figures and making things."""
        return self._scopes.get(permission) or self._remember(permission)

    def reach_of(self, permission: Permission) -> Scope:
        """Where this permission holds in all of the actor's accounts and teams: for single rows and their buttons."""
        if self.kind is not ActorKind.PERSON:
            return self.reach if permission in self.permissions else Scope()
        here = [m for m in self.operator_memberships if permission in OPERATOR_GRANTS[m.role]]
        organisations = frozenset(m.organisation_id for m in here if m.is_main)
        operators = frozenset(m.operator_id for m in here if m.organisation_id not in organisations)
        return Scope(
            organisation_ids=organisations,
            operator_ids=operators,
            team_ids=frozenset(
                m.team_id for m in self._teams_with(permission) if m.organisation_id not in organisations and m.operator_id not in operators
            ),
            person_ids=self._own(permission),
        )

    def may_work_in(self, account: Account) -> bool:
        """Whether it is one of the person's accounts: their own, or any of an organisation in whose Main account they work."""
        return any(
            m.operator_id == account.operator_id or (m.is_main and m.organisation_id == account.organisation_id)
            for m in self.operator_memberships
        )

    def working_in(self, account: Account | None) -> "Actor":
        """The same person in another account; in none, in their own teams."""
        return replace(self, account=account, operator_id=account.operator_id if account else None)

    def may_anywhere(self, permission: Permission) -> bool:
        return bool(self.scope(permission)) or self.may_platform(permission)

    def may_platform(self, permission: Permission) -> bool:
        """Whether a platform role grants it. Platform permissions have no rows of a tenant."""
        return self.platform_role is not None and permission in PLATFORM_GRANTS[self.platform_role]

    def without_accounts(self, shut: tuple[OperatorMembership, ...]) -> "Actor":
        """The same person without these accounts, and without those accounts' teams; the personal team stays."""
        operators = tuple(m for m in self.operator_memberships if m not in shut)
        teams = tuple(m for m in self.team_memberships if m.is_personal or not any(_lies_under(m, one) for one in shut))
        left = replace(self, operator_memberships=operators, team_memberships=teams)
        if self.account is None or left.may_work_in(self.account):
            return left
        return left.working_in(Account(operators[0].operator_id, operators[0].organisation_id, operators[0].is_main) if operators else None)

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
            return self.reach_of(permission)
        teams, account = self._teams_with(permission), self.account
        if account is None:
            return Scope(team_ids=frozenset(m.team_id for m in teams), person_ids=self._own(permission))
        here = [m for m in self.operator_memberships if permission in OPERATOR_GRANTS[m.role] and _lies_in(account, m)]
        if any(m.is_main or m.operator_id == account.operator_id for m in here):
            if account.is_main:
                return Scope(organisation_ids=frozenset({account.organisation_id}))
            return Scope(operator_ids=frozenset({account.operator_id}))
        return Scope(
            operator_ids=frozenset(m.operator_id for m in here),
            team_ids=frozenset(m.team_id for m in teams if _lies_in(account, m) and m.operator_id not in {n.operator_id for n in here}),
        )

    def _teams_with(self, permission: Permission) -> list[TeamMembership]:
        return [m for m in self.team_memberships if permission in team_permissions(m.role, m.toggles) and permission not in m.closed]

    def _own(self, permission: Permission) -> frozenset[int]:
        return frozenset({self.id}) if permission in OWN_ROWS else frozenset()


def _lies_in(account: Account, membership: OperatorMembership | TeamMembership) -> bool:
    """Whether a role is one in this account: in a Main account, those of its whole organisation; a Main role is one everywhere in it."""
    if membership.organisation_id != account.organisation_id:
        return False
    is_of_main = isinstance(membership, OperatorMembership) and membership.is_main
    return account.is_main or is_of_main or membership.operator_id == account.operator_id


def _lies_under(team: TeamMembership, membership: OperatorMembership) -> bool:
    """Whether the team is one of that account: a Main account's are those of its whole organisation."""
    return team.operator_id == membership.operator_id or (membership.is_main and team.organisation_id == membership.organisation_id)


# What every person may do with rows that are their own: their charges, their keys.
OWN_ROWS = frozenset({Permission.CHARGE_READ, Permission.CHARGE_STOP, Permission.CHARGE_KEY_READ})
