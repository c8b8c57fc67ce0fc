"""What a person changes about themselves: profile, picture, preferences."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.files import operations as files
from forecourt.identity.models import Person
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.places.models import Country

NAMES = {"first_name": 80, "last_name": 80}
ADDRESS = {"address1": 200, "zip_code": 20, "city": 100}


@operation
def edit_profile(*, actor: Actor, person: Person, at: datetime, country_id: int | None, **fields: str) -> Person:
    """
    Save name and address. `fields`: first_name, last_name, address1, zip_code, city; what is left out stays.

    :raises Invalid: for a value that breaks its rule; for a country that is not on the list.
    """
    person = locked(person)
    checks = Checks()
    for name in (name for name in NAMES if name in fields):
        setattr(person, name, checks.text(name, fields[name], limit=NAMES[name], is_required=False) or None)
    for name in (name for name in ADDRESS if name in fields):
        setattr(person, name, checks.text(name, fields[name], limit=ADDRESS[name], is_required=False))
    if country_id is not None and not Country.objects.filter(pk=country_id, is_sanctioned=False).exists():
        checks.fail("country_id", _("Choose a country from the list."))
    checks.finish()
    person.country_id = country_id
    person.save(update_fields=[*NAMES, *ADDRESS, "country"])
    return person


@operation
def set_picture(*, actor: Actor, person: Person, upload: files.Upload, at: datetime) -> Person:
    """
    Give a person a picture; the one before it is deleted.

    :raises Invalid: at `picture`, if it is no picture that we take (see `files.store_image`).
    """
    stored = files.store_image(actor=actor, upload=upload, at=at, max_side=256)
    person = locked(person)
    before, person.picture_id = person.picture_id, stored.pk
    person.save(update_fields=["picture_id"])
    if before:
        files.delete(actor=actor, file_id=before, at=at)
    return person


@operation
def remove_picture(*, actor: Actor, person: Person, at: datetime) -> Person:
    """Take the picture away. Without one nothing changes."""
    person = locked(person)
    if person.picture_id:
        files.delete(actor=actor, file_id=person.picture_id, at=at)
        person.picture_id = None
        person.save(update_fields=["picture_id"])
    return person


@operation
def set_preferences(
    *,
    actor: Actor,
    person: Person,
    at: datetime,
    language: str | None = None,
    time_zone: str | None = None,
    wants_receipts: bool | None = None,
    wants_newsletter: bool | None = None,
    is_beta: bool | None = None,
) -> Person:
    """
    Change the preferences that are given. Since when the newsletter is wanted is kept: it is a consent.

    :raises Invalid: for a language or time zone that is not on its list.
    """
    checks = Checks()
    if language is not None and language not in dict(settings.LANGUAGES):
        checks.fail("language", _("Choose a language from the list."))
    if time_zone is not None:
        checks.time_zone("time_zone", time_zone)
    checks.finish()
    person = locked(person)
    given = {
        "language": language, "time_zone": time_zone, "wants_receipts": wants_receipts, "wants_newsletter": wants_newsletter,
        "is_beta": is_beta,
    }  # fmt: skip
    for name, value in given.items():
        if value is not None:
            setattr(person, name, value)
    if not person.wants_newsletter:
        person.marketing_emails_accepted_at = None
    elif person.marketing_emails_accepted_at is None:
        person.marketing_emails_accepted_at = at
    person.save(update_fields=[*given, "marketing_emails_accepted_at"])
    return person
