"""Writes of people. A person is made by `teams.operations.welcome_person`, which also makes their personal team."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation


class PersonExists(DomainError):
    """Another living person has this e-mail address or phone number."""

    code = "person_exists"


@operation
def create_person(
    *,
    actor: Actor,
    at: datetime,
    email: str | None = None,
    phone: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    password: str | None = None,
    language: str = "en",
    time_zone: str = "Europe/Copenhagen",
    country_id: int | None = None,
    introduced_by_id: int | None = None,
    password_hash: str | None = None,
    terms_read_at: datetime | None = None,
) -> Person:
    """
    Record a person. Names, e-mail and phone may each be missing; without a password they sign in by an invitation's link.
    `password_hash` is of a password that was checked before (a sign-up that waited for its code).

    :raises Invalid: for a value that breaks its rule.
    :raises PersonExists: if a living person has the address or number.
    """
    checks = Checks()
    person = Person(
        email=checks.email("email", email, is_required=False) or None,
        phone=checks.phone("phone", phone, is_required=False) or None,
        first_name=checks.text("first_name", first_name, limit=80, is_required=False) or None,
        last_name=checks.text("last_name", last_name, limit=80, is_required=False) or None,
        language=language,
        time_zone=checks.time_zone("time_zone", time_zone),
        country_id=country_id,
        introduced_by_id=introduced_by_id,
        terms_read_at=terms_read_at,
    )
    checks.finish()
    _refuse_twin(person)
    if password_hash is not None:
        person.password = password_hash
    elif password is None:
        person.set_unusable_password()
    else:
        check_password(password, person)
        person.set_password(password)
    person.save()
    return person


def _refuse_twin(person: Person) -> None:
    living = Person.objects.filter(deleted_at=None)
    if person.email and living.filter(email__iexact=person.email).exists():
        raise PersonExists(_("Somebody already has this e-mail address."))
    if person.phone and living.filter(phone=person.phone).exists():
        raise PersonExists(_("Somebody already has this phone number."))


def check_password(password: str, person: Person, *, field: str = "password") -> None:
    """
    :raises Invalid: if the password is too short, too common or too much like the person's own words.
    """
    try:
        validate_password(password, person)
    except ValidationError as error:
        checks = Checks()
        checks.fail(field, " ".join(error.messages))
        checks.finish()


@operation
def set_password(*, actor: Actor, person: Person, password: str, at: datetime) -> Person:
    """
    Give a person a password.

    :raises Invalid: if it is too weak.
    """
    person = locked(person)
    check_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    return person


@operation
def verify_email(*, actor: Actor, person: Person, at: datetime) -> Person:
    """The person has shown that the address is theirs (they followed a link we sent there). Once is enough."""
    person = locked(person)
    if person.email_verified_at is None:
        person.email_verified_at = at
        person.save(update_fields=["email_verified_at"])
    return person


@operation
def set_platform_role(*, actor: Actor, person: Person, role: str | None, at: datetime) -> Person:
    """Make somebody one of the installation's own people, or no longer."""
    person = locked(person)
    person.platform_role = role
    person.save(update_fields=["platform_role"])
    return person
