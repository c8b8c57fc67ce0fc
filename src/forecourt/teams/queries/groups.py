"""Member groups, and the teams that may use them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from forecourt.access import Scope
from forecourt.teams.models import MemberGroup, Team, TeamMember
from forecourt.teams.operations.rights import TOGGLES


@dataclass(frozen=True, slots=True)
class GroupRow:
    id: int
    name: str
    description: str
    role: str
    rights: tuple[str, ...]
    is_default: bool
    is_operators: bool
    members: int


def groups_for(team: Team) -> QuerySet[MemberGroup]:
    """The living groups that a team may give: its own, its operator's, and the Main account's for all Sub-accounts."""
    operators = Q(operator=team.operator_id) | Q(operator__is_main=True, organisation_id=team.organisation_id)
    rows = MemberGroup.objects.filter(Q(team=team) | (Q(team=None) & operators), deleted_at=None)
    return rows.select_related("operator", "team").order_by("team_id", "name", "id")


def operator_groups(scope: Scope) -> QuerySet[MemberGroup]:
    """The operators' own groups in the scope, for all their teams."""
    rows: QuerySet[MemberGroup] = MemberGroup.objects.within(scope).filter(team=None, deleted_at=None)
    return rows.select_related("operator").order_by("name", "id")


def group_rows(groups: Sequence[MemberGroup], *, team: Team | None = None) -> list[GroupRow]:
    """As a list shows them; members are counted in this team, or everywhere."""
    members = TeamMember.objects.filter(group__in=[group.pk for group in groups], deleted_at=None)
    if team is not None:
        members = members.filter(team=team)
    counts = dict(members.order_by().values_list("group").annotate(Count("id")))
    return [
        GroupRow(
            id=group.pk,
            name=group.name,
            description=group.description,
            role=group.role,
            rights=tuple(name for name in TOGGLES if getattr(group, name)),
            is_default=group.is_default,
            is_operators=group.team_id is None,
            members=counts.get(group.pk, 0),
        )
        for group in groups
    ]
