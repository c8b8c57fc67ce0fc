"""The members and the open invitations of a team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from forecourt.access.grants import TEAM_TOGGLES
from forecourt.identity.models import Person
from forecourt.kit.secrets import keyed_hash
from forecourt.operators.queries.members import to_confirmed_contacts
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.operations.invitations import INVITATION_PURPOSE


@dataclass(frozen=True, slots=True)
class MemberRow:
    id: int
    person_id: int | None
    name: str
    email: str
    phone: str
    role: str
    state: str
    group: str
    toggles: tuple[str, ...]
    accepted_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """What the list is narrowed by; no states means all of them. An invitation whose time is over counts as expired at once."""

    search: str = ""
    states: Sequence[str] = ()
    role: str = ""
    group_id: int | None = None
    at: datetime | None = None

    @classmethod
    def parse(cls, query: Any, *, at: datetime) -> "MemberFilter":
        group = query.get("group", "")
        group_id = int(group) if group.isdecimal() and len(group) < 18 else None
        return cls(query.get("q", "").strip(), query.getlist("state"), query.get("role", ""), group_id, at)

    def as_q(self) -> Q:
        wanted = Q(deleted_at=None)
        for word in self.search.split():
            names = ("person__first_name", "person__last_name", "person__email", "person__phone", "invited_email", "invited_phone", "note")
            found = Q()
            for name in names:
                found |= Q(**{f"{name}__icontains": word})
            wanted &= found
        if self.role:
            wanted &= Q(role=self.role)
        if self.group_id:
            wanted &= Q(group=self.group_id)
        return wanted & self._in_states()

    def _in_states(self) -> Q:
        if not self.states:
            return Q()
        over = Q(state=TeamMember.State.INVITED, expires_at__lte=self.at)
        chosen = Q(state__in=[state for state in self.states if state in TeamMember.State.values and state != TeamMember.State.INVITED])
        if TeamMember.State.INVITED in self.states:
            chosen |= Q(state=TeamMember.State.INVITED) & ~over
        return chosen | over if TeamMember.State.EXPIRED in self.states else chosen


SORTS = {
    "name": ("person__first_name", "person__last_name", "invited_email"),
    "role": ("role",),
    "group": ("group__name",),
    "joined": ("accepted_at",),
}
OWNER_FIRST = (F("role").desc(), "state", "person__first_name", "id")


def members_of(team: Team, *, filters: MemberFilter | None = None, sort: str = "") -> QuerySet[TeamMember]:
    """The living members, invitations and requests of a team; the owner first, then by name, unless sorted."""
    rows = TeamMember.objects.filter((filters or MemberFilter()).as_q(), team=team).select_related("person", "group")
    columns = SORTS.get(sort.removeprefix("-"))
    if columns is None:
        return rows.order_by(*OWNER_FIRST)
    return rows.order_by(*(f"-{column}" if sort.startswith("-") else column for column in columns), "id")


def member_row(member: TeamMember, *, at: datetime) -> MemberRow:
    """An open invitation whose time is over shows as expired."""
    is_over = member.state == TeamMember.State.INVITED and member.expires_at is not None and member.expires_at <= at
    person = member.person
    return MemberRow(
        id=member.pk,
        person_id=person.pk if person else None,
        name=person.display_name if person else "",
        email=(person.email if person else member.invited_email) or "",
        phone=(person.phone if person else member.invited_phone) or "",
        role=member.role,
        state=TeamMember.State.EXPIRED if is_over else member.state,
        group=member.group.name if member.group else "",
        toggles=tuple(name for name in _TOGGLE_COLUMNS if getattr(member, name)),
        accepted_at=member.accepted_at,
        expires_at=member.expires_at,
    )


_TOGGLE_COLUMNS = (*TEAM_TOGGLES, "can_request_sponsoring")


def invitations_for(person: Person, *, at: datetime) -> list[TeamMember]:
    """The open invitations to this account, and to confirmed contacts of its person."""
    mine = Q(person=person) | Q(to_confirmed_contacts(person), person=None)
    rows = TeamMember.objects.filter(mine, state=TeamMember.State.INVITED, expires_at__gt=at, deleted_at=None, team__deleted_at=None)
    return list(rows.select_related("team").order_by("id"))


def invitation_of(token: str) -> TeamMember | None:
    """The open invitation of a link, if its team lives."""
    rows = TeamMember.objects.select_related("team").filter(state=TeamMember.State.INVITED, deleted_at=None, team__deleted_at=None)
    return rows.filter(invitation_hash=keyed_hash(token, purpose=INVITATION_PURPOSE)).first()
