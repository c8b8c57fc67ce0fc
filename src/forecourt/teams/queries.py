"""Reads of teams and memberships."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from forecourt.access import (
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
from forecourt.access.grants import TEAM_TOGGLES
from forecourt.identity.models import Person
from forecourt.kit.secrets import keyed_hash
from forecourt.operators.models import Operator, OperatorMember
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.operations.invitations import INVITATION_PURPOSE


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


@dataclass(frozen=True, slots=True)
class TeamFilter:
    """What the list is narrowed by. `states`: active, frozen, blocked; none means all of them."""

    search: str = ""
    type: str = ""
    operator_id: int | None = None
    states: Sequence[str] = ()

    def as_q(self) -> Q:
        wanted = Q(deleted_at=None)
        if self.search:
            names = ("name", "company_name", "vat_number", "join_code", "contact_email", "finance_email", "owner__email")
            found = Q()
            for name in names:
                found |= Q(**{f"{name}__icontains": self.search})
            wanted &= found
        if self.type:
            wanted &= Q(type=self.type)
        if self.operator_id:
            wanted &= Q(operator_id=self.operator_id)
        return wanted & self._in_states()

    def _in_states(self) -> Q:
        any_of = {
            "active": Q(frozen_at=None, blocked_at=None),
            "frozen": Q(frozen_at__isnull=False),
            "blocked": Q(blocked_at__isnull=False),
        }
        chosen = Q()
        for state in self.states:
            chosen |= any_of.get(state, Q(pk__in=()))
        return chosen


@dataclass(frozen=True, slots=True)
class TeamRow:
    id: int
    name: str
    type: str
    state: str
    operator: str
    company_name: str | None
    vat_number: str | None
    contact_email: str
    join_code: str
    currency: str
    members: int
    created_at: datetime


def state_of(team: Team) -> str:
    """deleted, blocked, frozen or active: the first that holds."""
    if team.deleted_at:
        return "deleted"
    return "blocked" if team.blocked_at else "frozen" if team.frozen_at else "active"


def teams_within(scope: Scope, filters: TeamFilter) -> QuerySet[Team]:
    """The living teams in scope. Personal teams, which belong to the installation, are seen by their own person only."""
    rows: QuerySet[Team] = Team.objects.within(scope).filter(filters.as_q())
    return rows.filter(~Q(type=Team.Type.PERSONAL) | Q(pk__in=scope.team_ids))


SORTS = {"name": "name", "-name": "-name", "created": "id", "-created": "-id", "type": "type", "-type": "-type"}


def team_rows(scope: Scope, *, filters: TeamFilter, sort: str = "", limit: int, offset: int = 0) -> list[TeamRow]:
    """Teams in scope, the newest first unless sorted. `members` counts who has accepted."""
    rows = teams_within(scope, filters).select_related("operator", "currency").order_by(SORTS.get(sort, "-id"), "-id")
    page = list(rows[offset : offset + limit])
    members = dict(
        TeamMember.objects.filter(team__in=[team.pk for team in page], state=TeamMember.State.ACCEPTED, deleted_at=None)
        .order_by()
        .values_list("team_id")
        .annotate(Count("id"))
    )
    return [_team_row(team, members.get(team.pk, 0)) for team in page]


def _team_row(team: Team, members: int) -> TeamRow:
    return TeamRow(
        id=team.pk,
        name=team.name,
        type=team.type,
        state=state_of(team),
        operator=team.operator.name,
        company_name=team.company_name,
        vat_number=team.vat_number,
        contact_email=team.contact_email,
        join_code=team.join_code,
        currency=team.currency.identifier,
        members=members,
        created_at=team.created_at,
    )


def operators_where(actor: Actor, permission: Permission) -> list[Operator]:
    """The operators in which the actor's own account has this permission; a Main account's people see its Sub-accounts."""
    scope = actor.scope(permission)
    if not scope.organisation_ids and not scope.operator_ids:
        return []
    rows = Operator.objects.within(Scope(organisation_ids=scope.organisation_ids, operator_ids=scope.operator_ids))
    return list(rows.filter(deleted_at=None).order_by("-is_main", "name"))


@dataclass(frozen=True, slots=True)
class MemberRow:
    id: int
    person_id: int | None
    name: str
    email: str
    role: str
    state: str
    toggles: tuple[str, ...]
    accepted_at: datetime | None
    expires_at: datetime | None


def members_of(team: Team, *, search: str = "") -> QuerySet[TeamMember]:
    """The living members and invitations of a team; the owner first, then by name."""
    rows = TeamMember.objects.filter(team=team, deleted_at=None).select_related("person")
    for word in search.split():
        names = ("person__first_name", "person__last_name", "person__email", "invited_email")
        found = Q()
        for name in names:
            found |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(found)
    return rows.order_by(F("role").desc(), "state", "person__first_name", "id")


def member_row(member: TeamMember, *, at: datetime) -> MemberRow:
    """An open invitation whose time is over shows as expired."""
    is_over = member.state == TeamMember.State.INVITED and member.expires_at is not None and member.expires_at <= at
    return MemberRow(
        id=member.pk,
        person_id=member.person.pk if member.person else None,
        name=member.person.display_name if member.person else "",
        email=(member.person.email if member.person else member.invited_email) or "",
        role=member.role,
        state=TeamMember.State.EXPIRED if is_over else member.state,
        toggles=tuple(name for name in _TOGGLE_COLUMNS if getattr(member, name)),
        accepted_at=member.accepted_at,
        expires_at=member.expires_at,
    )


_TOGGLE_COLUMNS = (*TEAM_TOGGLES, "can_request_sponsoring")


def invitation_of(token: str) -> TeamMember | None:
    """The open invitation of a link, if its team lives."""
    rows = TeamMember.objects.select_related("team").filter(state=TeamMember.State.INVITED, deleted_at=None, team__deleted_at=None)
    return rows.filter(invitation_hash=keyed_hash(token, purpose=INVITATION_PURPOSE)).first()


def person_by_email(email: str) -> Person | None:
    return Person.objects.filter(email__iexact=email.strip(), deleted_at=None).first()


def facts_of(team: Team) -> dict[str, Any]:
    """The columns of a team that its form begins with."""
    return {
        name: getattr(team, name)
        for name in (
            "name", "contact_email", "finance_email", "category", "company_name", "vat_number", "company_registration_number",
            "address1", "address2", "zip_code", "city", "ean_number", "po_number", "accepts_join_requests", "external_charging",
        )
    }  # fmt: skip


def is_known_to(actor: Actor, person: Person) -> bool:
    """Whether the actor may read this person (a member of its teams, one of its operators' people), or its operator introduced them."""
    if person.introduced_by_id is not None and person.introduced_by_id == actor.operator_id:
        return True
    scope = actor.scope(Permission.PERSON_READ) or actor.scope(Permission.TEAM_MEMBER_MANAGE)
    is_member = TeamMember.objects.within(scope).filter(person=person, deleted_at=None).exists()
    return is_member or OperatorMember.objects.within(scope).filter(person=person).exists()
