"""Lists of teams, and what a team's form begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from forecourt.access import Scope
from forecourt.teams.models import Team, TeamMember


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


def facts_of(team: Team) -> dict[str, Any]:
    """The columns of a team that its form begins with."""
    return {
        name: getattr(team, name)
        for name in (
            "name", "contact_email", "finance_email", "category", "company_name", "vat_number", "company_registration_number",
            "address1", "address2", "zip_code", "city", "ean_number", "po_number", "accepts_joins_at_once", "external_charging",
        )
    }  # fmt: skip
