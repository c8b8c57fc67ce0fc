"""Writes of memberships."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor, TeamRole
from forecourt.access.grants import TEAM_TOGGLES
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError
from forecourt.kit.events import announce, announce_all
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.teams.events import MemberJoined
from forecourt.teams.models import MemberGroup, Team, TeamMember
from forecourt.teams.operations.fees import end_fees_of
from forecourt.teams.operations.groups import give_group
from forecourt.teams.operations.restrictions import checked_restrictions
from forecourt.teams.operations.rights import RIGHTS, TOGGLES, check_may_grant, check_own, checked_rights
from forecourt.teams.rules import ONLY_OWNER_GIVES_IT, may_grant_wallet, possible_toggles

PLAIN = ("note", "partner_external_id", "partner_custom_payload")
RESTRICTED = ("pays_in_country_ids", "pays_at_operator_ids")


class AlreadyMember(DomainError):
    """The person is in the team already."""

    code = "already_member"


class OwnerStays(DomainError):
    """A team keeps its owner; ownership is transferred, not removed."""

    code = "owner_stays"


class NotAMember(DomainError):
    """This is for a member who has accepted; an invitation, a request or somebody blocked is none."""

    code = "not_a_member"


def put_in(team: Team, person: Person, role: TeamRole, *, at: datetime, **columns: Any) -> TeamMember:
    """An accepted membership. An owner begins with every toggle."""
    member = _accepted(team, person, role, at=at, **columns)
    member.save(force_insert=True)
    announce(MemberJoined(member.pk))
    return member


def put_in_owners(teams: Sequence[Team], *, at: datetime) -> None:
    """The owners of new teams that have one become their members; two statements for all of them."""
    members = [_accepted(team, team.owner, TeamRole.OWNER, at=at) for team in teams if team.owner]
    TeamMember.objects.bulk_create(members)
    announce_all(MemberJoined(member.pk) for member in members)


def _accepted(team: Team, person: Person, role: TeamRole, *, at: datetime, **columns: Any) -> TeamMember:
    if role == TeamRole.OWNER:
        columns = dict.fromkeys(TEAM_TOGGLES, True) | columns
    return TeamMember(
        organisation_id=team.organisation_id,
        operator_id=team.operator_id,
        team=team,
        person=person,
        role=role,
        state=TeamMember.State.ACCEPTED,
        accepted_at=at,
        **columns,
    )


@operation
def add_member(
    *, actor: Actor, team: Team, person: Person, role: TeamRole, at: datetime, group: MemberGroup | None = None, **values: Any
) -> TeamMember:
    """
    Make somebody a member at once (they are known and have agreed outside, or an operator puts them in). With a group, its
    role and rights hold. `values`: as `edit_member`.

    :raises AlreadyMember: if they are one.
    :raises Forbidden: as `rights.check_may_grant` and `check_own`.
    """
    columns = checked_columns(values, role=role)
    check_may_grant(actor, team, {name: columns[name] for name in TOGGLES if name in columns})
    check_own(actor, team, [person.pk], role=role, toggles={name: columns.get(name) for name in TOGGLES})
    try:
        with transaction.atomic():
            member = put_in(team, person, role, at=at, accepted_by_id=actor.id or None, **columns)
    except IntegrityError as error:
        raise AlreadyMember(_("This person is a member already, or the team has an owner.")) from error
    if group is not None:
        give_group(actor=actor, members=[member], group=group, at=at)
        member.refresh_from_db()
    return member


@operation
def edit_member(*, actor: Actor, member: TeamMember, at: datetime, role: TeamRole | None = None, **values: Any) -> TeamMember:
    """
    Change a member; only what is given. The owner's role is changed by a transfer.

    `values`: the toggles, charge_payment_type, note, pays_in_country_ids, pays_at_operator_ids, the partner's own fields.
    A toggle that the role can never have stays off.

    :raises Invalid: with a message per field.
    :raises OwnerStays: for the owner's role, and for making a second owner.
    :raises Forbidden: as `rights.check_may_grant` and `check_own`.
    """
    member = locked(member)
    if role and role != member.role:
        if TeamRole.OWNER in (role, member.role):
            raise OwnerStays(_("Ownership is transferred, not set."))
        member.role = role
    columns = checked_columns(values, role=member.role)
    changed = {name: value for name, value in columns.items() if getattr(member, name) != value}
    check_may_grant(actor, member.team, {name: changed[name] for name in TOGGLES if name in changed})
    for name, value in changed.items():
        setattr(member, name, value)
    for name in set(TOGGLES) - possible_toggles(member.role):
        setattr(member, name, False)
    if changed or role:
        check_own(actor, member.team, [member.person_id], role=member.role, toggles={name: getattr(member, name) for name in TOGGLES})
    member.save()
    return member


def checked_columns(values: dict[str, Any], *, role: str) -> dict[str, Any]:
    """:raises Invalid: with a message per field. Unknown names are a bug of the caller."""
    if unknown := set(values) - {*PLAIN, *RIGHTS, *RESTRICTED}:
        raise TypeError(f"a member has no field {unknown}")
    checks = Checks()
    columns = {name: values[name] for name in PLAIN if name in values}
    columns |= checked_rights(values, role=role, checks=checks)
    checks.finish()
    allowed = checked_restrictions(values.get("pays_in_country_ids"), values.get("pays_at_operator_ids"))
    return columns | {name: allowed[name] for name in RESTRICTED if name in values}


@operation
def give_access(*, actor: Actor, member: TeamMember, charge_point_ids: Sequence[int] | None, at: datetime) -> TeamMember:
    """
    Which charge points of the team a member may use: all (None), or these. Whether they are the team's, `network` has asked.
    The row is locked.
    """
    member = locked(member)
    member.has_access_to_all, member.charge_point_ids = charge_point_ids is None, sorted(set(charge_point_ids or ()))
    member.save(update_fields=["has_access_to_all", "charge_point_ids"])
    return member


@operation
def remove_member(*, actor: Actor, member: TeamMember, at: datetime) -> TeamMember:
    """
    Take somebody out (also oneself: leaving), or withdraw an invitation: its link stops working. A monthly fee ends.

    :raises OwnerStays: for the owner.
    """
    member = locked(member)
    if member.role == TeamRole.OWNER and member.state == TeamMember.State.ACCEPTED:
        raise OwnerStays(_("The owner cannot be removed. Transfer the team first."))
    member.deleted_at = member.deleted_at or at
    member.invitation_hash = None
    member.save(update_fields=["deleted_at", "invitation_hash"])
    end_fees_of(member, at=at)
    return member


@operation
def block_member(*, actor: Actor, member: TeamMember, at: datetime) -> TeamMember:
    """
    Shut a member out until somebody unblocks them: no page of the team, no payment with its wallet, no new request by its
    code. The row is locked; again changes nothing.

    :raises OwnerStays: for the owner.
    :raises NotAMember: for who has not accepted.
    """
    return _set_state(member, TeamMember.State.BLOCKED, TeamMember.State.ACCEPTED)


@operation
def unblock_member(*, actor: Actor, member: TeamMember, at: datetime) -> TeamMember:
    """They are a member again, with what they had. The row is locked. :raises NotAMember: for who is not blocked."""
    return _set_state(member, TeamMember.State.ACCEPTED, TeamMember.State.BLOCKED)


def _set_state(member: TeamMember, wanted: str, needed: str) -> TeamMember:
    member = locked(member)
    if member.state == wanted:
        return member
    if member.role == TeamRole.OWNER:
        raise OwnerStays(_("The owner cannot be blocked. Transfer the team first."))
    if member.state != needed or member.deleted_at:
        raise NotAMember(_("This is for members who have accepted."))
    member.state = wanted
    member.save(update_fields=["state"])
    return member


@operation
def transfer_ownership(*, actor: Actor, member: TeamMember, at: datetime) -> Team:
    """
    Make an accepted member the owner; the owner before becomes an admin. Doing it again changes nothing.

    Beside itself: the team's row is locked, so two transfers follow each other.

    :raises OwnerStays: if the member has not accepted, or somebody asks who is neither the owner nor an Admin of the operator.
    """
    team = locked(member.team)
    member = locked(member)
    if member.state != TeamMember.State.ACCEPTED or member.deleted_at or member.person is None:
        raise OwnerStays(_("Only a member who has accepted can become the owner."))
    if not may_grant_wallet(actor, team):
        raise OwnerStays(str(ONLY_OWNER_GIVES_IT))
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
