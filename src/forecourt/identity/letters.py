"""Letters to people, each in the language and time zone of whoever reads it."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise

from forecourt.identity.models import Person
from forecourt.notifications import operations as notifications


@contextmanager
def in_language_of(person: Person | None) -> Iterator[None]:
    """Texts and times made inside are this person's; without one, those of whoever acts."""
    language = person.language if person else translation.get_language()
    zone = zoneinfo.ZoneInfo(person.time_zone) if person else timezone.get_current_timezone()
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(known), timezone.override(zone):
        yield


@contextmanager
def in_language_at(email: str) -> Iterator[Person | None]:
    """The same for an address: its owner's language if a living person has it. Yields that person."""
    person = Person.objects.filter(email__iexact=email, deleted_at=None).first()
    with in_language_of(person):
        yield person


def my_security() -> str:
    """The address of the page where a person sets up second factors, for letters."""
    return f"{settings.PUBLIC_URL}/me/security"


def write(person: Person, *, kind: str, subject: str | Promise, text: str | Promise, to: str = "", **values: object) -> None:
    """
    Mail something to a person, in the caller's transaction. `subject` and `text` are lazy translations with `%(name)s` for
    `values`. To another address with `to`; to nobody if the person has none.
    """
    address = to or person.email
    if address:
        with in_language_of(person):
            notifications.send_email(to=address, subject=str(subject) % values, text=str(text) % values, kind=kind, person_id=person.pk)
