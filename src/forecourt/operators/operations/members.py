"""Writes of the people of an account."""

from datetime import datetime

from django.utils.translation import gettext as _

from forecourt.access import Actor, OperatorRole
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator, OperatorMember

State = OperatorMember.State


class LastAdmin(DomainError):
    """An operator keeps at least one Admin (spec §2.3)."""

    code = "last_admin"


@operation
def change_role(*, actor: Actor, member: OperatorMember, role: OperatorRole, at: datetime) -> OperatorMember:
    """
    Give a member, or an open invitation, another role.

    :raises LastAdmin: if nobody else could administer the account.
    """
    member = _held(member)
    if role != OperatorRole.ADMIN:
        _keep_an_admin(member)
    member.role = role
    member.save(update_fields=["role"])
    return member


@operation
def block_member(*, actor: Actor, member: OperatorMember, at: datetime) -> OperatorMember:
    """
    Keep somebody out for now; their role waits. Who is no member yet stays as they are, and so does who is blocked already.

    :raises LastAdmin: if nobody else could administer the account.
    """
    member = _held(member)
    if member.state == State.ACCEPTED:
        _keep_an_admin(member)
        member.state, member.blocked_at = State.BLOCKED, at
        member.save(update_fields=["state", "blocked_at"])
    return member


@operation
def unblock_member(*, actor: Actor, member: OperatorMember, at: datetime) -> OperatorMember:
    """Let a blocked member in again, with the role they had."""
    member = _held(member)
    if member.state == State.BLOCKED:
        member.state, member.blocked_at = State.ACCEPTED, None
        member.save(update_fields=["state", "blocked_at"])
    return member


@operation
def remove_member(*, actor: Actor, member: OperatorMember, at: datetime) -> None:
    """
    Take the role away, or withdraw the invitation: its link stops working. The audit log keeps who it was.

    :raises LastAdmin: if nobody else could administer the account.
    """
    member = _held(member)
    _keep_an_admin(member)
    member.delete()


def _held(member: OperatorMember) -> OperatorMember:
    """The account's row is locked first, then the member's, so two Admins cannot remove each other at once."""
    Operator.objects.select_for_update(no_key=True).get(pk=member.operator_id)
    return locked(member)


def _keep_an_admin(member: OperatorMember) -> None:
    if member.role != OperatorRole.ADMIN or member.state != State.ACCEPTED:
        return
    others = OperatorMember.objects.filter(operator_id=member.operator_id, role=OperatorRole.ADMIN, state=State.ACCEPTED)
    if not others.exclude(pk=member.pk).exists():
        raise LastAdmin(_("This is the last Admin. Make somebody else Admin first."))
