"""What operators keep about a person: roles and invitations (GDPR)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from forecourt.access import OperatorRole
from forecourt.identity.personal import addresses_of
from forecourt.kit.registries import PersonalPart
from forecourt.operators.models import OperatorMember

EXPORTED = ("id", "operator__name", "role", "state", "invited_email", "invited_phone", "invited_at", "accepted_at", "created_at")


def members_of(person_id: int) -> QuerySet[OperatorMember]:
    """Their roles, and invitations to an address or number that is or was theirs."""
    theirs = Q(person_id=person_id)
    for address in addresses_of(person_id):
        theirs |= Q(invited_email__iexact=address) | Q(invited_phone=address)
    return OperatorMember.objects.filter(theirs)


def _export(person_id: int) -> Iterator[dict[str, Any]]:
    yield from members_of(person_id).order_by("id").values(*EXPORTED)


def _erase(person_id: int, *, at: datetime) -> None:
    """The audit log keeps that there was somebody in the role."""
    members_of(person_id).delete()


def _is_last_admin(person_id: int) -> str | None:
    admins = OperatorMember.objects.filter(role=OperatorRole.ADMIN, state=OperatorMember.State.ACCEPTED, operator__deleted_at=None)
    for member in admins.filter(person_id=person_id).select_related("operator"):
        if not admins.filter(operator=member.operator).exclude(person_id=person_id).exists():
            return _("You are the last Admin of %(operator)s. Make somebody else Admin first.") % {"operator": member.operator.name}
    return None


PARTS = (PersonalPart("operator-roles", export=_export, erase=_erase),)
OBJECTIONS = (_is_last_admin,)
