"""Inviting people to an account, by e-mail or phone, and their answers (spec §2.3)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from forecourt.access import Actor, OperatorRole
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import keyed_hash, new_secret
from forecourt.notifications import operations as notifications
from forecourt.operators.models import Operator, OperatorMember

INVITATION_LASTS = timedelta(days=14)
INVITATION_PURPOSE = "operator-invitation"
OPEN_INVITATIONS = "/switch-account"  # where somebody who is signed in finds theirs
State = OperatorMember.State


class InvitationOver(DomainError):
    """The invitation was answered, withdrawn or has expired."""

    code, status = "invitation_over", 410


@operation
def invite_member(
    *, actor: Actor, operator: Operator, role: OperatorRole, at: datetime, email: str = "", phone: str = ""
) -> tuple[OperatorMember, str]:
    """
    Invite somebody to an operator account, by e-mail or by phone (E.164); the invitation and its link. It lasts 14 days.

    An e-mail is written in the invitee's language where that is known; a link for a phone is handed over by the inviter.
    Who has an account with that contact confirmed also finds the invitation there. Inviting the same contact again while
    an invitation is open, rejected or expired replaces its link and role. Beside itself: the account's row is locked.

    :raises Invalid: if there is not exactly one contact, it is not one, or it belongs to a member.
    """
    email, phone = _contact(email, phone)
    Operator.objects.select_for_update(no_key=True).get(pk=operator.pk)
    rows = OperatorMember.objects.filter(operator=operator)
    mine = rows.filter(person__email__iexact=email) if email else rows.filter(person__phone=phone)
    if mine.filter(state__in=(State.ACCEPTED, State.BLOCKED)).exists():
        field = "email" if email else "phone"
        raise Invalid(_("Please check the marked fields."), fields={field: _("This person is a member already.")})
    named = rows.filter(invited_email__iexact=email) if email else rows.filter(invited_phone=phone)
    member = named.exclude(state__in=(State.ACCEPTED, State.BLOCKED)).order_by("id").first()
    member = member or OperatorMember(
        operator=operator, organisation_id=operator.organisation_id, invited_email=email or None, invited_phone=phone or None
    )
    member.role, member.invited_by_id = role, actor.id or None
    return member, _send(actor, member, at=at)


def _contact(email: str, phone: str) -> tuple[str, str]:
    checks = Checks()
    if bool(email.strip()) == bool(phone.strip()):
        checks.fail("email", _("Enter an e-mail address or a phone number, one of them."))
    email, phone = checks.email("email", email, is_required=False), checks.phone("phone", phone, is_required=False)
    checks.finish()
    return email, phone


@operation
def resend_invitation(*, actor: Actor, member: OperatorMember, at: datetime) -> tuple[OperatorMember, str]:
    """
    A new link for another 14 days; the one before stops working. Also for an invitation that was rejected or has expired.

    :raises InvitationOver: if it was accepted.
    """
    member = locked(member)
    if member.state in (State.ACCEPTED, State.BLOCKED):
        raise InvitationOver(_("This invitation was accepted already."))
    return member, _send(actor, member, at=at)


def _send(actor: Actor, member: OperatorMember, *, at: datetime) -> str:
    """Open the invitation, write the letter and a line in the invitee's bell; the link."""
    token = new_secret(40)
    member.state, member.rejected_at = State.INVITED, None
    member.invitation_hash = keyed_hash(token, purpose=INVITATION_PURPOSE)
    member.invited_at, member.expires_at = at, at + INVITATION_LASTS
    member.save()
    link = f"{settings.PUBLIC_URL}/invitations/{token}"
    known = _known(member)
    with translation.override(known.language if known else translation.get_language()):
        if member.invited_email:
            _write(actor, member, link)
        if known:
            says = _("You are invited to %(operator)s") % {"operator": member.operator.name}
            notifications.notify(person_id=known.pk, text=says, url=OPEN_INVITATIONS)
    return link


def _known(member: OperatorMember) -> Person | None:
    """Who has confirmed this very contact."""
    living = Person.objects.filter(deleted_at=None)
    if member.invited_email:
        return living.filter(email__iexact=member.invited_email, email_verified_at__isnull=False).first()
    return living.filter(phone=member.invited_phone, phone_verified_at__isnull=False).first()


def _write(actor: Actor, member: OperatorMember, link: str) -> None:
    operator, role = member.operator, OperatorRole(member.role)
    notifications.send_email(
        to=member.invited_email or "",
        subject=_("You are invited to %(operator)s") % {"operator": operator.name},
        text=_(
            "%(actor)s invites you to work in %(operator)s as %(role)s.\n\nAccept here, within 14 days:\n%(link)s\n\n"
            "If you did not expect this, you can ignore it."
        )
        % {"actor": actor.name, "operator": operator.name, "role": role.label, "link": link},
        kind="operator_invitation",
        organisation_id=operator.organisation_id,
        operator_id=operator.pk,
    )


@operation
def accept_invitation(*, actor: Actor, member: OperatorMember, person: Person, at: datetime) -> OperatorMember:
    """
    The person takes the role. Somebody who already has one there gets the invitation's; who is blocked there stays so.

    :raises InvitationOver: if it was answered, withdrawn or has expired.
    """
    member = _open(member, at=at)
    earlier = OperatorMember.objects.select_for_update().filter(operator_id=member.operator_id, person=person).first()
    if earlier:
        if earlier.state == State.BLOCKED:
            raise InvitationOver(_("This invitation is no longer open. Ask for a new one."))
        role = member.role
        member.delete()
        member, member.role = earlier, role
    member.person, member.state, member.accepted_at = person, State.ACCEPTED, at
    member.invitation_hash = None
    member.save()
    return member


@operation
def reject_invitation(*, actor: Actor, member: OperatorMember, at: datetime) -> OperatorMember:
    """
    The invitee says no. The account's people see it and may ask again.

    :raises InvitationOver: if it was answered, withdrawn or has expired.
    """
    member = _open(member, at=at)
    member.state, member.rejected_at, member.invitation_hash = State.REJECTED, at, None
    member.save(update_fields=["state", "rejected_at", "invitation_hash"])
    return member


def _open(member: OperatorMember, *, at: datetime) -> OperatorMember:
    found = OperatorMember.objects.select_for_update(no_key=True).filter(pk=member.pk).first()
    if found is None or found.state != State.INVITED or (found.expires_at and found.expires_at <= at):
        raise InvitationOver(_("This invitation is no longer open. Ask for a new one."))
    return found


@operation
def expire_invitations(*, actor: Actor, at: datetime) -> int:
    """Close what nobody answered in time; how many. Twice does no harm."""
    over = OperatorMember.objects.filter(state=State.INVITED, expires_at__lte=at)
    return over.update(state=State.EXPIRED, invitation_hash=None)
