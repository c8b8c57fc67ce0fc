"""Inviting somebody to a team by e-mail, and accepting."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from forecourt.access import Actor, TeamRole
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError
from forecourt.kit.events import announce
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import keyed_hash, new_secret
from forecourt.notifications import operations as notifications
from forecourt.teams.events import MemberJoined
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.operations.members import TOGGLES, AlreadyMember, OwnerStays, check_may_grant
from forecourt.teams.rules import ROLE_LABELS

INVITATION_LASTS = timedelta(days=14)
INVITATION_PURPOSE = "team-invitation"


class InvitationOver(DomainError):
    """The invitation was answered, withdrawn or has expired."""

    code, status = "invitation_over", 410


@operation
def invite_member(*, actor: Actor, team: Team, email: str, role: TeamRole, at: datetime, **toggles: bool) -> tuple[TeamMember, str]:
    """
    Invite somebody to a team; the invitation and its link, which is also mailed. It lasts 14 days.

    Inviting the same address again while an invitation is open replaces its link, role and toggles. Beside itself: the
    team's row is locked.

    :raises Invalid: if the address is not one.
    :raises AlreadyMember: if the person with this address is in the team.
    :raises OwnerStays: for a second owner.
    :raises Forbidden: for wallet rights, if the actor is of the team and not its owner (spec P2.1).
    """
    checks = Checks()
    email = checks.email("email", email)
    checks.finish()
    check_may_grant(actor, team, toggles)
    team = locked(team)
    living = TeamMember.objects.filter(team=team, deleted_at=None)
    if living.filter(person__email__iexact=email).exists():
        raise AlreadyMember(_("This person is a member already."))
    if role == TeamRole.OWNER and living.filter(role=role).exclude(invited_email=email, state=TeamMember.State.INVITED).exists():
        raise OwnerStays(_("The team has an owner, or somebody is invited to be it."))
    token = new_secret(40)
    member, _made = TeamMember.objects.update_or_create(
        team=team,
        invited_email=email,
        state=TeamMember.State.INVITED,
        deleted_at=None,
        defaults={
            "organisation_id": team.organisation_id,
            "operator_id": team.operator_id,
            "role": role,
            "invitation_hash": keyed_hash(token, purpose=INVITATION_PURPOSE),
            "invited_at": at,
            "invited_by_id": actor.id or None,
            "expires_at": at + INVITATION_LASTS,
            **toggles,
        },
    )
    link = f"{settings.PUBLIC_URL}/invitations/{token}"
    _mail(actor, team, email, role, link)
    return member, link


def _mail(actor: Actor, team: Team, email: str, role: TeamRole, link: str) -> None:
    notifications.send_email(
        to=email,
        subject=_("You are invited to %(team)s") % {"team": team.name},
        text=_(
            "%(actor)s invites you to the team %(team)s as %(role)s.\n\nAccept here, within 14 days:\n%(link)s\n\n"
            "If you did not expect this, you can ignore it."
        )
        % {"actor": actor.name, "team": team.name, "role": ROLE_LABELS[role], "link": link},
        kind="team_invitation",
        organisation_id=team.organisation_id,
        operator_id=team.operator_id,
    )


@operation
def accept_invitation(*, actor: Actor, member: TeamMember, person: Person, at: datetime) -> TeamMember:
    """
    The person joins. Somebody who is in the team already gets the invitation's role and toggles; an owner stays owner.

    :raises InvitationOver: if it was answered, withdrawn or has expired.
    """
    member = locked(member)
    if member.state != TeamMember.State.INVITED or member.deleted_at or (member.expires_at and member.expires_at <= at):
        raise InvitationOver(_("This invitation is no longer open. Ask for a new one."))
    earlier = TeamMember.objects.select_for_update().filter(team_id=member.team_id, person=person, deleted_at=None).first()
    if earlier:
        return _merge(member, earlier, at=at)
    member.person, member.state, member.accepted_at, member.accepted_by_id = person, TeamMember.State.ACCEPTED, at, person.pk
    member.invitation_hash = None
    member.save()
    announce(MemberJoined(member.pk))
    if member.role == TeamRole.OWNER:
        Team.objects.filter(pk=member.team_id).update(owner=person)
    return member


def _merge(invitation: TeamMember, earlier: TeamMember, *, at: datetime) -> TeamMember:
    invitation.deleted_at, invitation.invitation_hash = at, None
    invitation.save(update_fields=["deleted_at", "invitation_hash"])
    if earlier.state != TeamMember.State.ACCEPTED:
        announce(MemberJoined(earlier.pk))
    if earlier.role != TeamRole.OWNER:
        earlier.role = invitation.role
        for name in TOGGLES:
            setattr(earlier, name, getattr(invitation, name))
        earlier.state, earlier.accepted_at = TeamMember.State.ACCEPTED, at
        earlier.save()
    if earlier.role == TeamRole.OWNER:
        Team.objects.filter(pk=earlier.team_id).update(owner=earlier.person)
    return earlier
