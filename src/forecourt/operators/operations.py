"""Writes of operators: accounts, invitations, roles."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from forecourt.access import Actor, OperatorRole
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, NotFound
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import keyed_hash, new_secret
from forecourt.notifications import operations as notifications
from forecourt.operators.models import Operator, OperatorMember, Organisation
from forecourt.places.models import Country

INVITATION_LASTS = timedelta(days=14)
INVITATION_PURPOSE = "operator-invitation"


class NameTaken(DomainError):
    """Another operator has this identifier."""

    code = "name_taken"


class InvitationOver(DomainError):
    """The invitation was answered, withdrawn or has expired."""

    code, status = "invitation_over", 410


class LastAdmin(DomainError):
    """An operator keeps at least one Admin (spec §2.3)."""

    code = "last_admin"


@operation
def create_operator(
    *,
    actor: Actor,
    name: str,
    country_id: int,
    at: datetime,
    main_account: Operator | None = None,
    company_name: str = "",
    vat_number: str = "",
    contact_email: str = "",
    finance_email: str = "",
    is_installation: bool = False,
) -> Operator:
    """
    Open an operator account: a Main account with an organisation of its own, or a Sub-account of `main_account`.

    Currency and time zone are its country's.

    :raises Invalid: for a value that breaks its rule.
    :raises NameTaken: if the name leads to an identifier that is in use.
    """
    checks = Checks()
    name = checks.text("name", name, limit=120)
    vat_number = checks.vat_number("vat_number", vat_number)
    contact_email = checks.email("contact_email", contact_email, is_required=False)
    finance_email = checks.email("finance_email", finance_email, is_required=False)
    country = Country.objects.select_related("currency").filter(pk=country_id).first()
    if country is None or country.is_sanctioned:
        checks.fail("country", _("Choose a country from the list."))
    checks.finish()
    if country is None:
        raise NotFound("There is no such country.")
    organisation = main_account.organisation if main_account else Organisation.objects.create(name=name)
    try:
        with transaction.atomic():
            return Operator.objects.create(
                organisation=organisation,
                is_main=main_account is None,
                is_installation=is_installation,
                name=name,
                identifier=slugify(name)[:60] or f"operator-{organisation.pk}",
                company_name=company_name or name,
                vat_number=vat_number or None,
                contact_email=contact_email,
                finance_email=finance_email,
                currency=country.currency,
                country=country,
                time_zone=country.time_zone,
            )
    except IntegrityError as error:
        raise NameTaken(_("There is already an operator with this name.")) from error


@operation
def invite_member(*, actor: Actor, operator: Operator, email: str, role: OperatorRole, at: datetime) -> tuple[OperatorMember, str]:
    """
    Invite somebody to an operator account; the invitation and its link, which is also mailed. It lasts 14 days.

    Inviting the same address again while an invitation is open replaces its link and role.

    :raises Invalid: if the address is not one.
    """
    checks = Checks()
    email = checks.email("email", email)
    checks.finish()
    token = new_secret(40)
    member, _made = OperatorMember.objects.update_or_create(
        operator=operator,
        invited_email=email,
        state=OperatorMember.State.INVITED,
        defaults={
            "organisation_id": operator.organisation_id,
            "role": role,
            "invitation_hash": keyed_hash(token, purpose=INVITATION_PURPOSE),
            "invited_at": at,
            "invited_by_id": actor.id or None,
            "expires_at": at + INVITATION_LASTS,
        },
    )
    link = f"{settings.PUBLIC_URL}/invitations/{token}"
    notifications.send_email(
        to=email,
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
    return member, link


@operation
def accept_invitation(*, actor: Actor, member: OperatorMember, person: Person, at: datetime) -> OperatorMember:
    """
    The person takes the role. Somebody who already has one there gets the invitation's.

    :raises InvitationOver: if it was answered, withdrawn or has expired.
    """
    member = locked(member)
    if member.state != OperatorMember.State.INVITED or (member.expires_at and member.expires_at <= at):
        raise InvitationOver(_("This invitation is no longer open. Ask for a new one."))
    earlier = OperatorMember.objects.select_for_update().filter(operator_id=member.operator_id, person=person).first()
    if earlier:
        role = member.role
        member.delete()
        member, member.role = earlier, role
    member.person, member.state, member.accepted_at = person, OperatorMember.State.ACCEPTED, at
    member.invitation_hash = None
    member.save()
    return member


@operation
def change_role(*, actor: Actor, member: OperatorMember, role: OperatorRole, at: datetime) -> OperatorMember:
    """
    :raises LastAdmin: if nobody else could administer the account.
    """
    member = locked(member)
    if role != OperatorRole.ADMIN:
        _keep_an_admin(member)
    member.role = role
    member.save(update_fields=["role"])
    return member


@operation
def remove_member(*, actor: Actor, member: OperatorMember, at: datetime) -> None:
    """
    Take the role away, or withdraw the invitation. The audit log keeps who it was.

    :raises LastAdmin: if nobody else could administer the account.
    """
    member = locked(member)
    _keep_an_admin(member)
    member.delete()


def _keep_an_admin(member: OperatorMember) -> None:
    """Holds beside itself: the account's row is locked, so two Admins cannot remove each other at once."""
    if member.role != OperatorRole.ADMIN or member.state != OperatorMember.State.ACCEPTED:
        return
    Operator.objects.select_for_update(no_key=True).get(pk=member.operator_id)
    others = OperatorMember.objects.filter(operator_id=member.operator_id, role=OperatorRole.ADMIN, state=OperatorMember.State.ACCEPTED)
    if not others.exclude(pk=member.pk).exists():
        raise LastAdmin(_("This is the last Admin. Make somebody else Admin first."))
