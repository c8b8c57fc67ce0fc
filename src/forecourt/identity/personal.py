"""What is kept about a person here, in messages, files and sessions, and in allauth's tables (GDPR)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.html import escape
from django.utils.translation import gettext as _

from forecourt.access import PlatformRole
from forecourt.audit.models import Event
from forecourt.audit.vault import ERASED, Reader
from forecourt.files.models import StoredFile
from forecourt.identity.models import DataExport, Intervention, OneTimeCode, Person
from forecourt.kit.registries import PersonalPart
from forecourt.notifications import operations as notifications
from forecourt.notifications.models import Notification, OutgoingEmail

OWN = frozenset({
    "email", "phone", "first_name", "last_name", "address1", "address2", "address3", "zip_code", "city", "province", "legal_email",
    "tax_identification_number", "vat_number", "recipient_code", "partner_external_id", "partner_custom_payload",
})  # fmt: skip
CALLED_BY = ("first_name", "last_name", "email", "phone")
_KEPT_BACK = ("password", "picture_id")
_EMPTY = dict.fromkeys(("address1", "address2", "address3", "zip_code", "city", "province"), "")


def _profile(person_id: int) -> Iterator[dict[str, Any]]:
    row = Person.objects.filter(pk=person_id).values().get()
    yield {name: value for name, value in row.items() if name not in _KEPT_BACK}


def _sign_ins(person_id: int) -> Iterator[dict[str, Any]]:
    yield from UserSession.objects.filter(user_id=person_id).values("created_at", "last_seen_at", "ip", "user_agent")


def _factors(person_id: int) -> Iterator[dict[str, Any]]:
    """Kinds and times; the secrets are the person's already, and belong in no file."""
    yield from Authenticator.objects.filter(user_id=person_id).values("type", "created_at", "last_used_at")


def _messages(person_id: int) -> Iterator[dict[str, Any]]:
    columns = ("channel", "to", "subject", "text", "kind", "state", "created_at", "sent_at")
    yield from OutgoingEmail.objects.filter(person_id=person_id).exclude(kind="code").order_by("id").values(*columns)


def _bell(person_id: int) -> Iterator[dict[str, Any]]:
    for row in Notification.objects.filter(person_id=person_id).order_by("id").values("text", "url", "created_at", "read_at"):
        yield dict(row)


def _interventions(person_id: int) -> Iterator[dict[str, Any]]:
    for row in Intervention.objects.filter(person_id=person_id).order_by("id").values("kind", "reason", "at"):
        yield dict(row)


def words_of(person_id: int) -> list[str]:
    """
    What names the person in other people's texts: full name, e-mail, phone, also those they had before (from the audit log,
    as far as it is sealed and kept). Empty once they are erased.
    """
    found = [word for had in _had(person_id) for word in (_full_name(had), had["email"], had["phone"])]
    words = [word for word in dict.fromkeys(found) if word and len(word) > 3]
    return [word for word in words if not _is_somebody_elses(word, person_id)]


def addresses_of(person_id: int) -> list[str]:
    """The e-mail addresses and phone numbers that are or were theirs and that nobody else has by now. Empty once they are erased."""
    found = [had[name] for had in _had(person_id) for name in ("email", "phone")]
    return [address for address in dict.fromkeys(found) if address and not _is_somebody_elses(address, person_id)]


def _had(person_id: int) -> Iterator[dict[str, Any]]:
    """Names and contacts as they are, and as they were before each change, backwards."""
    person = Person.objects.get(pk=person_id)
    if person.erased_at is not None:
        return
    had: dict[str, Any] = {name: getattr(person, name) for name in CALLED_BY}
    yield dict(had)
    changes = list(Event.objects.filter(entity_type="User", entity_id=person_id).order_by("-id").values_list("changes", flat=True))
    reader = Reader(changes)
    for change in map(reader.read, changes):
        for name in CALLED_BY:
            if name in change and change[name][0] != ERASED:
                had[name] = change[name][0]
        yield dict(had)


def _full_name(had: dict[str, Any]) -> str:
    return " ".join(had[name] for name in ("first_name", "last_name") if had[name])


def _is_somebody_elses(word: str, person_id: int) -> bool:
    living = Person.objects.filter(deleted_at=None).exclude(pk=person_id)
    return ("@" in word and living.filter(email__iexact=word).exists()) or (word.startswith("+") and living.filter(phone=word).exists())


def _erase(person_id: int, *, at: datetime) -> None:
    """Runs after every other part: those find the person by the address that goes here."""
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.erased_at is None:
        addresses = addresses_of(person_id)
        texts = words_of(person_id)
        words = dict.fromkeys((*texts, *map(escape, texts)), f"Erased user #{person_id}")  # a letter's HTML has them escaped
        notifications.forget(person_id=person_id, addresses=addresses, words=words)
    _end_sessions(person_id)
    Authenticator.objects.filter(user_id=person_id).delete()
    EmailAddress.objects.filter(user_id=person_id).delete()
    OneTimeCode.objects.filter(person_id=person_id).delete()
    DataExport.objects.filter(person_id=person_id).update(file_id=None)
    Intervention.objects.filter(person_id=person_id).exclude(reason="").update(reason="")
    StoredFile.objects.filter(person_id=person_id).delete()
    StoredFile.objects.filter(pk__in=[person.picture_id or 0]).delete()
    for name in OWN:
        setattr(person, name, _EMPTY.get(name))
    person.set_unusable_password()
    person.country = person.country_area = person.picture_id = person.platform_role = None
    person.email_verified_at = person.phone_verified_at = person.marketing_emails_accepted_at = None
    person.wants_receipts = person.wants_newsletter = person.is_active = False
    person.erasure_asked_at = person.erasure_due_at = person.last_login = None
    person.deleted_at, person.erased_at = person.deleted_at or at, person.erased_at or at
    person.save()


def _end_sessions(person_id: int) -> None:
    """Those we know of, and any other that names the person: a session's content is opaque, so each is opened."""
    Session.objects.filter(session_key__in=UserSession.objects.filter(user_id=person_id).values("session_key")).delete()
    UserSession.objects.filter(user_id=person_id).delete()
    theirs = [row.pk for row in Session.objects.iterator(chunk_size=500) if row.get_decoded().get(SESSION_KEY) == str(person_id)]
    Session.objects.filter(pk__in=theirs).delete()


def _is_last_administrator(person_id: int) -> str | None:
    living = Person.objects.filter(platform_role=PlatformRole.ADMINISTRATOR, deleted_at=None)
    if living.filter(pk=person_id).exists() and not living.exclude(pk=person_id).exists():
        return _("You are the last administrator of this installation. Make somebody else one first.")
    return None


PARTS = (
    PersonalPart("profile", export=_profile, erase=_erase),
    PersonalPart("sign-ins", export=_sign_ins),
    PersonalPart("second-factors", export=_factors),
    PersonalPart("platform-help", export=_interventions),
    PersonalPart("messages", export=_messages),
    PersonalPart("notifications", export=_bell),
)
OBJECTIONS = (_is_last_administrator,)
