"""Reads of the people of an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, Q, Value, When

from forecourt.identity.models import Person
from forecourt.kit.secrets import keyed_hash
from forecourt.operators.models import Operator, OperatorMember
from forecourt.operators.operations.invitations import INVITATION_PURPOSE

State = OperatorMember.State
_ORDER = Case(
    *(When(state=state, then=Value(place)) for place, state in enumerate((State.ACCEPTED, State.INVITED, State.BLOCKED))),
    default=Value(9),
    output_field=IntegerField(),
)


def invitation_of(token: str) -> OperatorMember | None:
    """The open invitation of a link."""
    members = OperatorMember.objects.select_related("operator").filter(operator__deleted_at=None)
    return members.filter(invitation_hash=keyed_hash(token, purpose=INVITATION_PURPOSE), state=State.INVITED).first()


def to_confirmed_contacts(person: Person) -> Q:
    """Invitations to an address or number that this person has confirmed to be theirs (spec §2.3)."""
    mine = Q(pk__in=())
    if person.email and person.email_verified_at:
        mine |= Q(invited_email__iexact=person.email)
    if person.phone and person.phone_verified_at:
        mine |= Q(invited_phone=person.phone)
    return mine


def invitations_for(person: Person, *, at: datetime) -> list[OperatorMember]:
    """The open invitations to confirmed contacts of this person."""
    rows = OperatorMember.objects.filter(to_confirmed_contacts(person), state=State.INVITED, expires_at__gt=at, operator__deleted_at=None)
    return list(rows.select_related("operator__organisation").order_by("id"))


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody who works in an account, or is invited to. `email` is the contact, a phone number where there is no e-mail."""

    id: int
    person_id: int | None
    name: str
    email: str
    role: str
    state: str
    accepted_at: datetime | None
    expires_at: datetime | None


def member_rows(operator: Operator, *, at: datetime, search: str = "", states: Sequence[str] = ()) -> list[MemberRow]:
    """The account's people, then its invitations. An open invitation whose time is over shows as expired."""
    members = OperatorMember.objects.filter(operator=operator).select_related("person")
    for word in search.split():
        names = ("person__first_name", "person__last_name", "person__email", "invited_email", "invited_phone")
        found = Q()
        for name in names:
            found |= Q(**{f"{name}__icontains": word})
        members = members.filter(found)
    rows = (member_row(member, at=at) for member in members.order_by(_ORDER, "person__first_name", "person__last_name", "id"))
    return [row for row in rows if not states or row.state in states]


def member_row(member: OperatorMember, *, at: datetime) -> MemberRow:
    is_over = member.state == State.INVITED and member.expires_at is not None and member.expires_at <= at
    person = member.person
    return MemberRow(
        id=member.pk,
        person_id=person.pk if person else None,
        name=person.display_name if person else "",
        email=(person.email or person.phone if person else member.invited_email or member.invited_phone) or "",
        role=member.role,
        state=State.EXPIRED if is_over else member.state,
        accepted_at=member.accepted_at,
        expires_at=member.expires_at,
    )
