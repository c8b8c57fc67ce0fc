"""Plain factories for operators and their people."""

from datetime import UTC, datetime, timedelta

from forecourt.access import OperatorRole
from forecourt.identity.models import Person
from forecourt.identity.tests.factories import make_person
from forecourt.kit import clock
from forecourt.operators.models import Operator, OperatorMember, Organisation, Theme
from forecourt.places.models import Country

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def make_operator(name: str, *, country: str = "DK", is_installation: bool = False, organisation: Organisation | None = None) -> Operator:
    """A Main account with its own organisation; with `organisation`, a Sub-account of it."""
    place = Country.objects.select_related("currency").get(alpha2=country)
    return Operator.objects.create(
        organisation=organisation or Organisation.objects.create(name=name),
        is_main=organisation is None,
        is_installation=is_installation,
        name=name,
        identifier=name.lower().replace(" ", "-"),
        company_name=f"{name} A/S",
        contact_email=f"hello@{name.lower()}.example",
        currency=place.currency,
        country=place,
        time_zone=place.time_zone,
    )


def make_sub_account(name: str, *, of: Operator, country: str = "DK") -> Operator:
    return make_operator(name, country=country, organisation=of.organisation)


def make_installation() -> Operator:
    """The installation's own operator; made once per database."""
    return Operator.objects.filter(is_installation=True).first() or make_operator("Platform", is_installation=True)


def make_member(name: str, role: OperatorRole, operator: Operator) -> Person:
    """A new person with an accepted role."""
    person = make_person(name)
    OperatorMember.objects.create(
        organisation_id=operator.organisation_id,
        operator=operator,
        person=person,
        role=role,
        state=OperatorMember.State.ACCEPTED,
        accepted_at=AT,
    )
    return person


def make_invitation(operator: Operator, email: str, role: OperatorRole = OperatorRole.SUPPORT_AGENT) -> OperatorMember:
    """An open invitation, for two weeks from now."""
    return OperatorMember.objects.create(
        organisation_id=operator.organisation_id,
        operator=operator,
        invited_email=email,
        role=role,
        state=OperatorMember.State.INVITED,
        expires_at=clock.now() + timedelta(days=14),
    )


def make_theme(name: str, operator: Operator, *, primary: str = "#7a1fa2", is_default: bool = False) -> Theme:
    return Theme.objects.create(
        organisation_id=operator.organisation_id,
        operator=operator,
        name=name,
        primary=primary,
        secondary="#2d0a3d",
        accent="#ffd54f",
        is_default=is_default,
    )
