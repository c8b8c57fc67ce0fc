"""Reads of what an account asks of its people's sign-in."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from forecourt.identity.queries import with_second_factor
from forecourt.operators.models import Operator, OperatorMember


def second_factor_asked(operator: str, organisation: str) -> Exists:
    """Of a row with these columns: whether the account asks for a second factor, itself or through its Main account."""
    asking = Operator.objects.filter(organisation_id=OuterRef(organisation), requires_second_factor=True, deleted_at=None)
    return Exists(asking.filter(Q(pk=OuterRef(operator)) | Q(is_main=True)))


def second_factor_from(operator: Operator) -> Operator | None:
    """The account whose setting holds here: the Main account's before its own; None where nobody asks for one."""
    asking = Operator.objects.filter(organisation_id=operator.organisation_id, requires_second_factor=True, deleted_at=None)
    return asking.filter(Q(pk=operator.pk) | Q(is_main=True)).order_by("-is_main").first()


@dataclass(frozen=True, slots=True)
class WithoutFactor:
    """Somebody who works in an account without a second factor."""

    person_id: int
    name: str
    email: str
    account: str


def without_second_factor(operator: Operator) -> list[WithoutFactor]:
    """Who would be kept out by the account's setting; a Main account's reaches the people of its Sub-accounts. One query."""
    people = OperatorMember.objects.filter(state=OperatorMember.State.ACCEPTED, operator__deleted_at=None)
    theirs = people.filter(organisation_id=operator.organisation_id) if operator.is_main else people.filter(operator=operator)
    rows = theirs.exclude(with_second_factor("person_id")).select_related("person", "operator")
    return [
        WithoutFactor(row.person.pk, row.person.display_name, row.person.email or row.person.phone or "", row.operator.name)
        for row in rows.order_by("-operator__is_main", "operator__name", "person__first_name", "person__last_name", "pk")
        if row.person
    ]
