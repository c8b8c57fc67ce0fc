"""Inviting somebody to a team by e-mail, phone or account, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.access import Actor, TeamRole
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.events import announce
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import keyed_hash, new_secret
from forecourt.notifications import operations as notifications
from forecourt.teams.events import MemberGroupGiven, MemberJoined
from forecourt.teams.models import MemberGroup, Team, TeamMember
from forecourt.teams.operations.groups import COPIED, check_is_for
from forecourt.teams.operations.letters import tell
from forecourt.teams.operations.members import AlreadyMember, OwnerStays, checked_columns
from forecourt.teams.operations.rights import TOGGLES, check_may_grant, check_own
from forecourt.teams.rules import ROLE_LABELS

INVITATION_LASTS = timedelta(days=14)
INVITATION_PURPOSE = "team-invitation"
LETTER = "team_invitation"
TAKEN_OVER = (*COPIED, "group_id", "pays_in_country_ids", "pays_at_operator_ids", "note", "has_access_to_all", "charge_point_ids")
OPEN = (TeamMember.State.INVITED, TeamMember.State.EXPIRED, TeamMember.State.REJECTED)


class InvitationOver(DomainError):
    """The invitation was answered, withdrawn or has expired."""

    code, status = "invitation_over", 410


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom an invitation is for: exactly one of the three (partner API §11.15)."""

    email: str = ""
    phone: str = ""
    person: Person | None = None

    def columns(self) -> dict[str, Any]:
        """What finds the membership again, and is stored on it."""
        if self.person is not None:
            return {"person": self.person}
        return {"invited_email": self.email} if self.email else {"invited_phone": self.phone}

    def person_ids(self) -> list[int]:
        """Whose account it is for, as far as anybody has one."""
        if self.person is not None:
            return [self.person.pk]
        contact = {"email__iexact": self.email} if self.email else {"phone": self.phone}
        return list(Person.objects.filter(deleted_at=None, **contact).values_list("pk", flat=True))


@operation
def invite_member(
    *, actor: Actor, team: Team, role: TeamRole, at: datetime, email: str = "", phone: str = "", person: Person | None = None,
    group: MemberGroup | None = None, **values: Any,
) -> tuple[TeamMember, str]:  # fmt: skip
    """
    Invite somebody by exactly one of e-mail, phone and account; the invitation and its link, which is also mailed, and stands
    in the bell of an account. It lasts 14 days. With a group, its role and rights hold. `values`: as `edit_member`.

    Inviting the same one again while an invitation is open, or after it was declined or expired, replaces its link and
    terms. Beside itself: the team's row is locked.

    :raises Invalid: with a message per field.
    :raises AlreadyMember: if they are in the team, or have asked to join.
    :raises OwnerStays: for a second owner.
    :raises Forbidden: as `rights.check_may_grant` and `check_own`.
    """
    invitee = checked_invitee(email, phone, person)
    columns = checked_columns(values, role=role) | {"role": role}
    if group is not None:
        check_is_for(group, team)
        columns |= {"group": group} | {name: getattr(group, name) for name in COPIED if role != TeamRole.OWNER}
    check_may_grant(actor, team, {name: columns[name] for name in TOGGLES if name in columns})
    check_own(actor, team, invitee.person_ids(), role=role, toggles={name: columns.get(name) for name in TOGGLES})
    team = locked(team)
    _refuse_who_is_there(team, invitee, role)
    member, token = _written(actor, team, invitee, columns, at)
    link = _link(token)
    _mail(actor, team, invitee, TeamRole(member.role), link)
    return member, link


def invite_owners(*, actor: Actor, teams: Sequence[tuple[Team, Invitee]], at: datetime) -> None:
    """
    Invite to each new team of one operator its owner, by an e-mail address, as `invite_member` does one: two statements for all,
    the letters among them.
    """
    if not teams:
        return
    members, letters = list[TeamMember](), list[notifications.Letter]()
    for team, invitee in teams:
        token = new_secret(40)
        members.append(_new(team, invitee, role=TeamRole.OWNER, **_invited(actor, token, at)))
        subject, text = _words(actor, team, invitee, TeamRole.OWNER, _link(token))
        letters.append(notifications.Letter(invitee.email, subject, text))
    TeamMember.objects.bulk_create(members)
    first = teams[0][0]
    notifications.send_letters(letters, kind=LETTER, organisation_id=first.organisation_id, operator_id=first.operator_id)


def checked_invitee(email: str = "", phone: str = "", person: Person | None = None) -> Invitee:
    """:raises Invalid: unless it is exactly one of the three, and well written."""
    if sum((bool(email), bool(phone), person is not None)) != 1:
        says = _("Give exactly one of e-mail, phone and user id.")
        raise Invalid(says, fields={"email": says})
    checks = Checks()
    invitee = Invitee(
        checks.email("email", email, is_required=False), checks.phone("phone", phone, is_required=False), person
    )  # fmt: skip
    checks.finish()
    return invitee


def _refuse_who_is_there(team: Team, invitee: Invitee, role: TeamRole) -> None:
    living = TeamMember.objects.filter(team=team, deleted_at=None)
    wanted = (
        {"person": invitee.person}
        if invitee.person
        else {"person__email__iexact": invitee.email}
        if invitee.email
        else {"person__phone": invitee.phone}
    )
    if living.filter(**wanted).exclude(state__in=OPEN).exists():
        raise AlreadyMember(_("This person is a member already."))
    owners = living.filter(role=TeamRole.OWNER)
    if role == TeamRole.OWNER and owners.exclude(**invitee.columns(), state__in=OPEN).exists():
        raise OwnerStays(_("The team has an owner, or somebody is invited to be it."))


def _written(actor: Actor, team: Team, invitee: Invitee, columns: dict[str, Any], at: datetime) -> tuple[TeamMember, str]:
    token = new_secret(40)
    member = TeamMember.objects.filter(team=team, deleted_at=None, state__in=OPEN, **invitee.columns()).first()
    member = member or _new(team, invitee)
    for name, value in (columns | _invited(actor, token, at)).items():
        setattr(member, name, value)
    member.save()
    return member, token


def _new(team: Team, invitee: Invitee, **columns: Any) -> TeamMember:
    return TeamMember(team=team, organisation_id=team.organisation_id, operator_id=team.operator_id, **invitee.columns(), **columns)


def _invited(actor: Actor, token: str, at: datetime) -> dict[str, Any]:
    return {
        "state": TeamMember.State.INVITED, "invitation_hash": keyed_hash(token, purpose=INVITATION_PURPOSE),
        "invited_at": at, "invited_by_id": actor.id or None, "expires_at": at + INVITATION_LASTS, "rejected_at": None,
    }  # fmt: skip


@operation
def resend_invitation(*, actor: Actor, member: TeamMember, at: datetime) -> tuple[TeamMember, str]:
    """
    A new link on the same terms, also after it expired or was declined; the old link stops working. The row is locked.

    :raises InvitationOver: for a member, a request, or one that was withdrawn.
    """
    member = locked(member)
    if member.state not in OPEN or member.deleted_at:
        raise InvitationOver(_("This invitation is no longer open."))
    team = Team.objects.get(pk=member.team_id)
    invitee = Invitee(person=member.person) if member.person else Invitee(member.invited_email or "", member.invited_phone or "")
    member, token = _written(actor, team, invitee, {}, at)
    link = _link(token)
    _mail(actor, team, invitee, TeamRole(member.role), link)
    return member, link


def _link(token: str) -> str:
    return f"{settings.PUBLIC_URL}/invitations/{token}"


def _mail(actor: Actor, team: Team, invitee: Invitee, role: TeamRole, link: str) -> None:
    subject, text = _words(actor, team, invitee, role, link)
    url = link.removeprefix(settings.PUBLIC_URL)
    tell(team, person=invitee.person, email=invitee.email, subject=subject, text=text, kind=LETTER, url=url)
    known = Person.objects.filter(phone=invitee.phone, phone_verified_at__isnull=False, deleted_at=None).first() if invitee.phone else None
    if known:  # no text messages are sent; who has confirmed the number is told in the bell, and whoever invites does not learn of it
        with override(known.language):
            notifications.notify(person_id=known.pk, text=_("You are invited to %(team)s") % {"team": team.name}, url=url)


def _words(actor: Actor, team: Team, invitee: Invitee, role: TeamRole, link: str) -> tuple[str, str]:
    with override(invitee.person.language if invitee.person else None):
        words = {"actor": actor.name, "team": team.name, "role": ROLE_LABELS[role], "link": link}
        text = _(
            "%(actor)s invites you to the team %(team)s as %(role)s.\n\nAccept here, within 14 days:\n%(link)s\n\n"
            "If you did not expect this, you can ignore it."
        )
        return _("You are invited to %(team)s") % words, text % words


@operation
def accept_invitation(*, actor: Actor, member: TeamMember, person: Person, at: datetime) -> TeamMember:
    """
    The person joins. Somebody who is in the team already gets the invitation's terms; an owner stays owner.

    :raises InvitationOver: if it was answered, withdrawn or has expired, or names somebody else's account.
    """
    member = _answered(member, person, at)
    earlier = (
        TeamMember.objects.select_for_update().filter(team_id=member.team_id, person=person, deleted_at=None).exclude(pk=member.pk).first()
    )
    if earlier:
        return _merge(member, earlier, at=at)
    member.person, member.state, member.accepted_at, member.accepted_by_id = person, TeamMember.State.ACCEPTED, at, person.pk
    member.invitation_hash = None
    member.save()
    _welcome(member)
    if member.role == TeamRole.OWNER:
        Team.objects.filter(pk=member.team_id).update(owner=person)
    return member


@operation
def reject_invitation(*, actor: Actor, member: TeamMember, person: Person | None, at: datetime) -> TeamMember:
    """
    The one who holds the link does not want to join. It can be sent again.

    :raises InvitationOver: if it was answered, withdrawn or has expired, or names somebody else's account.
    """
    member = _answered(member, person, at)
    member.state, member.rejected_at, member.invitation_hash = TeamMember.State.REJECTED, at, None
    member.rejected_by_id = person.pk if person else None
    member.save(update_fields=["state", "rejected_at", "rejected_by_id", "invitation_hash"])
    return member


def _answered(member: TeamMember, person: Person | None, at: datetime) -> TeamMember:
    member = locked(member)
    is_over = member.state != TeamMember.State.INVITED or member.deleted_at or (member.expires_at and member.expires_at <= at)
    if is_over or (member.person_id is not None and (person is None or member.person_id != person.pk)):
        raise InvitationOver(_("This invitation is no longer open. Ask for a new one."))
    return member


def _welcome(member: TeamMember) -> None:
    announce(MemberJoined(member.pk))
    if member.group_id is not None:
        announce(MemberGroupGiven(member.pk))


def _merge(invitation: TeamMember, earlier: TeamMember, *, at: datetime) -> TeamMember:
    invitation.deleted_at, invitation.invitation_hash = at, None
    invitation.save(update_fields=["deleted_at", "invitation_hash"])
    is_new = earlier.state != TeamMember.State.ACCEPTED
    if earlier.role != TeamRole.OWNER:
        for name in TAKEN_OVER:
            setattr(earlier, name, getattr(invitation, name))
        earlier.state, earlier.accepted_at = TeamMember.State.ACCEPTED, at
        earlier.save()
    if is_new:
        _welcome(earlier)
    if earlier.role == TeamRole.OWNER:
        Team.objects.filter(pk=earlier.team_id).update(owner=earlier.person)
    return earlier


@operation
def expire_invitations(*, actor: Actor, at: datetime, limit: int = 500) -> int:
    """Invitations whose time is over become expired and their links end; how many. One statement; beside itself it skips locked rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE teams_teammember SET state = 'expired', invitation_hash = NULL WHERE id IN (
                 SELECT id FROM teams_teammember WHERE state = 'invited' AND deleted_at IS NULL AND expires_at <= %s
                 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)""",
            [at, limit],
        )
        return int(cursor.rowcount)
