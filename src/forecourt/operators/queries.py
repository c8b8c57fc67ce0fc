"""Reads of operators."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from forecourt.access import Actor, OperatorRole, Permission
from forecourt.kit.secrets import keyed_hash
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.operations import INVITATION_PURPOSE


def installation() -> Operator | None:
    """The installation's own operator; None before set-up."""
    return Operator.objects.filter(is_installation=True).first()


def invitation_of(token: str) -> OperatorMember | None:
    """The open invitation of a link."""
    members = OperatorMember.objects.select_related("operator")
    return members.filter(invitation_hash=keyed_hash(token, purpose=INVITATION_PURPOSE), state=OperatorMember.State.INVITED).first()


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account that a person may open, for the switcher."""

    id: int
    name: str
    identifier: str
    is_main: bool
    organisation_id: int
    organisation: str
    role: str


def accounts_of(actor: Actor) -> list[AccountRow]:
    """Every account the person may open: their own, and all Sub-accounts of a Main account they work in. One query."""
    roles = {m.operator_id: m.role.label for m in actor.operator_memberships}
    inherited = {m.organisation_id: m.role.label for m in actor.operator_memberships if m.is_main}
    rows = Operator.objects.filter(deleted_at=None, pk__in=roles) | Operator.objects.filter(deleted_at=None, organisation_id__in=inherited)
    return [
        AccountRow(
            id=row.pk,
            name=row.name,
            identifier=row.identifier,
            is_main=row.is_main,
            organisation_id=row.organisation_id,
            organisation=row.organisation.name,
            role=str(roles.get(row.pk) or inherited[row.organisation_id]),
        )
        for row in rows.select_related("organisation").order_by("organisation__name", "-is_main", "name")
    ]


@dataclass(frozen=True, slots=True)
class MemberRow:
    id: int
    person_id: int | None
    name: str
    email: str
    role: str
    state: str
    accepted_at: datetime | None
    expires_at: datetime | None


def member_rows(operator: Operator) -> list[MemberRow]:
    """The account's people and open invitations."""
    members = OperatorMember.objects.filter(operator=operator).select_related("person").order_by("state", "id")
    return [
        MemberRow(
            id=member.pk,
            person_id=member.person.pk if member.person else None,
            name=member.person.display_name if member.person else "",
            email=(member.person.email if member.person else member.invited_email) or "",
            role=member.role,
            state=member.state,
            accepted_at=member.accepted_at,
            expires_at=member.expires_at,
        )
        for member in members
    ]


def may_open(actor: Actor, operator: Operator) -> bool:
    """Whether the actor works in this account, directly or through its Main account."""
    scope = actor.reach_of(Permission.TEAM_READ)
    return operator.pk in scope.operator_ids or operator.organisation_id in scope.organisation_ids


@dataclass(frozen=True, slots=True)
class OperatorRow:
    id: int
    name: str
    organisation: str
    is_main: bool
    is_installation: bool
    country: str
    currency: str
    vat_number: str
    admins: int


def operator_rows(*, search: str = "") -> list[OperatorRow]:
    """Every living operator, for the platform's people; by organisation, the Main account first."""
    rows = Operator.objects.filter(deleted_at=None).select_related("organisation", "country", "currency")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(organisation__name__icontains=search) | Q(vat_number__icontains=search))
    admins = Count("members", filter=Q(members__role=OperatorRole.ADMIN, members__state=OperatorMember.State.ACCEPTED))
    return [
        OperatorRow(
            id=row.pk,
            name=row.name,
            organisation=row.organisation.name,
            is_main=row.is_main,
            is_installation=row.is_installation,
            country=row.country.name if row.country else "",
            currency=row.currency.identifier,
            vat_number=row.vat_number or "",
            admins=row.admins,
        )
        for row in rows.annotate(admins=admins).order_by("organisation__name", "-is_main", "name")
    ]
