"""Joining a team by its code: the request, and what the team's people answer (spec P2.1)."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.access import Actor, TeamRole
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError
from forecourt.kit.events import announce
from forecourt.kit.operations import locked, operation
from forecourt.operators.rules import in_account
from forecourt.teams.events import MemberGroupGiven, MemberJoined
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.operations.codes import new_join_code
from forecourt.teams.operations.groups import COPIED, default_group_of
from forecourt.teams.operations.letters import tell
from forecourt.teams.operations.members import AlreadyMember


class CannotJoin(DomainError):
    """The team takes nobody in: it is frozen, blocked or deleted, or this person is blocked there."""

    code = "cannot_join"


class RequestOver(DomainError):
    """The request to join was answered or withdrawn."""

    code = "join_request_over"


@operation
def request_to_join(*, actor: Actor, team: Team, person: Person, at: datetime) -> TeamMember:
    """
    Ask to join by the team's code. Who manages the members is told; a team that takes everybody in makes a member at once,
    with the group for people who join by the code. An open invitation of this person is taken as accepted.

    Beside itself: the team's row is locked. Asking again while a request is open returns that one and tells nobody.

    :raises CannotJoin: if the team is frozen, blocked, deleted or personal, or has blocked this person.
    :raises AlreadyMember: for a member.
    """
    team = locked(team)
    if team.deleted_at or team.frozen_at or team.blocked_at or team.type == Team.Type.PERSONAL:
        raise CannotJoin(_("This team cannot be joined now."))
    earlier = TeamMember.objects.filter(team=team, person=person, deleted_at=None).first()
    if earlier and earlier.state == TeamMember.State.BLOCKED:
        raise CannotJoin(_("This team cannot be joined now."))
    if earlier and earlier.state == TeamMember.State.ACCEPTED:
        raise AlreadyMember(_("You are a member of this team already."))
    if earlier and earlier.state == TeamMember.State.REQUESTED:
        return earlier
    member = earlier or TeamMember(team=team, person=person, organisation_id=team.organisation_id, operator_id=team.operator_id)
    is_invited = member.state == TeamMember.State.INVITED and member.expires_at is not None and member.expires_at > at
    if not is_invited:
        _take_defaults(member, team)
    if is_invited or team.accepts_joins_at_once:
        return _accept(member, by=person.pk, at=at)
    member.state, member.rejected_at = TeamMember.State.REQUESTED, None
    member.save()
    _tell_managers(team, person)
    return member


def _take_defaults(member: TeamMember, team: Team) -> None:
    """A plain member, or what the group for people who join by the code says."""
    group = default_group_of(team)
    member.group, member.role = group, TeamRole.MEMBER
    for name in COPIED if group else ():
        setattr(member, name, getattr(group, name))


@operation
def accept_request(*, actor: Actor, member: TeamMember, at: datetime) -> TeamMember:
    """
    Let somebody in who asked. They are told. Accepting again changes nothing. The row is locked.

    :raises RequestOver: if it is no open request.
    """
    member = locked(member)
    if member.state == TeamMember.State.ACCEPTED and not member.deleted_at:
        return member
    _refuse_if_over(member)
    member = _accept(member, by=actor.id or None, at=at)
    _tell_person(member, is_accepted=True)
    return member


@operation
def reject_request(*, actor: Actor, member: TeamMember, at: datetime) -> TeamMember:
    """
    Do not let somebody in. They are told, and may ask again. The row is locked.

    :raises RequestOver: if it is no open request.
    """
    member = locked(member)
    _refuse_if_over(member)
    member.state, member.rejected_at, member.rejected_by_id = TeamMember.State.REJECTED, at, actor.id or None
    member.save(update_fields=["state", "rejected_at", "rejected_by_id"])
    _tell_person(member, is_accepted=False)
    return member


@operation
def change_join_code(*, actor: Actor, team: Team, at: datetime) -> Team:
    """A new code; the old one, and every link and QR code with it, stops working. Open requests stay. The row is locked."""
    team = locked(team)
    team.join_code = new_join_code()
    team.save(update_fields=["join_code"])
    return team


@operation
def set_joining(*, actor: Actor, team: Team, accepts_at_once: bool, at: datetime) -> Team:
    """Whether the code makes a member at once, or a request that somebody answers. The row is locked."""
    team = locked(team)
    team.accepts_joins_at_once = accepts_at_once
    team.save(update_fields=["accepts_joins_at_once"])
    return team


def _refuse_if_over(member: TeamMember) -> None:
    if member.state != TeamMember.State.REQUESTED or member.deleted_at:
        raise RequestOver(_("This request to join is no longer open."))


def _accept(member: TeamMember, *, by: int | None, at: datetime) -> TeamMember:
    member.state, member.accepted_at, member.accepted_by_id = TeamMember.State.ACCEPTED, at, by
    member.invitation_hash = None
    member.save()
    announce(MemberJoined(member.pk))
    if member.group_id is not None:
        announce(MemberGroupGiven(member.pk))
    return member


def _managers(team: Team) -> Iterable[Person]:
    """The owner, and the admins who may manage members (spec P2.1)."""
    may = Q(role=TeamRole.OWNER) | Q(role=TeamRole.ADMIN, can_manage_team_members=True)
    rows = TeamMember.objects.filter(may, team=team, state=TeamMember.State.ACCEPTED, deleted_at=None, person__deleted_at=None)
    return (member.person for member in rows.select_related("person").order_by("pk") if member.person)


def _tell_managers(team: Team, person: Person) -> None:
    for manager in _managers(team):
        with override(manager.language):
            words = {"name": person.display_name, "team": team.name}
            text = _("%(name)s asks to join %(team)s. Open the team’s members to accept or decline.") % words
            subject = _("%(name)s asks to join %(team)s") % words
            url = in_account(f"/teams/{team.pk}/members?state=requested", team.operator_id)
            tell(team, person=manager, subject=subject, text=text, kind="join_request", url=url)


def _tell_person(member: TeamMember, *, is_accepted: bool) -> None:
    person, team = member.person, Team.objects.get(pk=member.team_id)
    if person is None:
        return
    with override(person.language):
        says = _("You are a member of %(team)s now") if is_accepted else _("Your request to join %(team)s was declined")
        subject = says % {"team": team.name}
        url = in_account(f"/teams/{team.pk}", team.operator_id) if is_accepted else ""
        tell(team, person=person, subject=subject, text=f"{subject}.", kind="join_request", url=url)
