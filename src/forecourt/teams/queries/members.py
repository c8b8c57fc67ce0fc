"""The members and the open invitations of a team."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from forecourt.access.grants import TEAM_TOGGLES
from forecourt.kit.secrets import keyed_hash
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.operations.invitations import INVITATION_PURPOSE


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
