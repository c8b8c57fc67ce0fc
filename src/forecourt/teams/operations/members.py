"""Writes of memberships."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission, TeamRole
from forecourt.access.grants import TEAM_TOGGLES
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, Forbidden
from forecourt.kit.events import announce
from forecourt.kit.operations import locked, operation
from forecourt.teams.events import MemberJoined
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.rules import may_grant_wallet

TOGGLES = (*TEAM_TOGGLES, "can_request_sponsoring")


class AlreadyMember(DomainError):
    """The person is in the team already."""

    code = "already_member"


class OwnerStays(DomainError):
    """A team keeps its owner; ownership is transferred, not removed."""

    code = "owner_stays"


def put_in(team: Team, person: Person, role: TeamRole, *, at: datetime, **toggles: bool) -> TeamMember:
    """An accepted membership. An owner begins with every toggle."""
    if role == TeamRole.OWNER:
        toggles = dict.fromkeys(TEAM_TOGGLES, True) | toggles
    member = TeamMember.objects.create(
        organisation_id=team.organisation_id,
        operator_id=team.operator_id,
        team=team,
        person=person,
        role=role,
        state=TeamMember.State.ACCEPTED,
        accepted_at=at,
        **toggles,
    )
    announce(MemberJoined(member.pk))
    return member


@operation
def add_member(*, actor: Actor, team: Team, person: Person, role: TeamRole, at: datetime, **toggles: bool) -> TeamMember:
    """
    Make somebody a member at once (they are known and have agreed outside, or an operator puts them in).

    :raises AlreadyMember: if they are one.
    :raises Forbidden: for wallet rights, if the actor is of the team and not its owner (spec P2.1).
    """
    check_may_grant(actor, team, toggles)
    try:
        with transaction.atomic():
            return put_in(team, person, role, at=at, **toggles)
    except IntegrityError as error:
        raise AlreadyMember(_("This person is a member already, or the team has an owner.")) from error


@operation
def edit_member(*, actor: Actor, member: TeamMember, at: datetime, role: TeamRole | None = None, **toggles: bool) -> TeamMember:
    """
    Change a member's role or toggles. The owner's role is changed by a transfer.

    :raises OwnerStays: for the owner's role, and for making a second owner.
    :raises Forbidden: for wallet rights, if the actor is of the team and not its owner (spec P2.1).
    """
    member = locked(member)
    changed = {name: value for name, value in toggles.items() if name not in TOGGLES or getattr(member, name) != value}
    check_may_grant(actor, member.team, changed)
    if role and role != member.role:
        if TeamRole.OWNER in (role, member.role):
            raise OwnerStays(_("Ownership is transferred, not set."))
        member.role = role
    for name, value in changed.items():
        setattr(member, name, value)
    member.save()
    return member


def check_may_grant(actor: Actor, team: Team, toggles: dict[str, bool]) -> None:
    """
    :raises Forbidden: for wallet rights, if the actor is of the team and not its owner (spec P2.1).
    """
    for name in toggles:
        if name not in TOGGLES:
            raise TypeError(f"a member has no toggle {name}")
    if toggles.get("can_manage_team_wallet") and not may_grant_wallet(actor, team):
        raise Forbidden(_("Only the owner of the team may give wallet rights."), permission=Permission.TEAM_MEMBER_MANAGE.value)


@operation
def remove_member(*, actor: Actor, member: TeamMember, at: datetime) -> TeamMember:
    """
    Take somebody out, or withdraw an invitation: its link stops working.

    :raises OwnerStays: for the owner.
    """
    member = locked(member)
    if member.role == TeamRole.OWNER and member.state == TeamMember.State.ACCEPTED:
        raise OwnerStays(_("The owner cannot be removed. Transfer the team first."))
    member.deleted_at = member.deleted_at or at
    member.invitation_hash = None
    member.save(update_fields=["deleted_at", "invitation_hash"])
    return member


@operation
def transfer_ownership(*, actor: Actor, member: TeamMember, at: datetime) -> Team:
    """
    Make an accepted member the owner; the owner before becomes an admin. Doing it again changes nothing.

    Beside itself: the team's row is locked, so two transfers follow each other.

    :raises OwnerStays: if the member has not accepted, or nobody but the owner or the operator asks.
    """
    team = locked(member.team)
    member = locked(member)
    if member.state != TeamMember.State.ACCEPTED or member.deleted_at or member.person is None:
        raise OwnerStays(_("Only a member who has accepted can become the owner."))
    if not may_grant_wallet(actor, team):
        raise OwnerStays(_("Only the owner or the operator can transfer the team."))
    if member.role == TeamRole.OWNER:
        return team
    TeamMember.objects.filter(team=team, role=TeamRole.OWNER, deleted_at=None).update(role=TeamRole.ADMIN)
    for name in TEAM_TOGGLES:
        setattr(member, name, True)
    member.role = TeamRole.OWNER
    member.save()
    team.owner = member.person
    team.save(update_fields=["owner"])
    return team
