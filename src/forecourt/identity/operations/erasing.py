"""Deleting an account: a request with preconditions, time to think again, then erasure (GDPR art. 17)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy

from forecourt.access import Actor
from forecourt.identity import letters
from forecourt.identity.models import Person
from forecourt.identity.operations.sessions import end_other_sessions
from forecourt.kit import registries
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import locked, operation

LOOKS_AGAIN_AFTER = timedelta(days=1)


class CannotBeErased(DomainError):
    """Something has to be settled before this person's account can be deleted. `reasons` says what."""

    code = "cannot_be_erased"


def objections(person_id: int) -> list[str]:
    """Why a person's account cannot be deleted yet, one sentence each; empty if it can."""
    return [str(reason) for objection in registries.deletion_of_person if (reason := objection(person_id))]


@operation
def ask_for_erasure(*, actor: Actor, person: Person, at: datetime) -> Person:
    """
    The person wants their account deleted. They are signed out everywhere; signing in before it is due cancels it.

    :raises CannotBeErased: while something objects.
    """
    person = locked(person)
    if reasons := objections(person.pk):
        raise CannotBeErased(" ".join(reasons), reasons=reasons)
    person.erasure_asked_at, person.erasure_due_at = at, at + settings.ERASURE_GRACE
    person.save(update_fields=["erasure_asked_at", "erasure_due_at"])
    end_other_sessions(actor=actor, person=person, at=at)
    letters.write(person, kind="erasure", subject=_ASKED, text=_ASKED_TEXT, on=_day(person), link=f"{settings.PUBLIC_URL}/accounts/login/")
    return person


@operation
def keep_account(*, actor: Actor, person: Person, at: datetime) -> bool:
    """The person signed in before their account was deleted: it stays. False if they had not asked."""
    person = locked(person)
    if person.erasure_due_at is None:
        return False
    person.erasure_asked_at = person.erasure_due_at = None
    person.save(update_fields=["erasure_asked_at", "erasure_due_at"])
    letters.write(person, kind="erasure", subject=_KEPT, text=_KEPT_TEXT)
    return True


@operation
def erase_person(*, actor: Actor, person: Person, at: datetime) -> bool:
    """
    Make everything about a person unreadable, in one transaction; charges, invoices, books and audit trail stay whole.
    Each domain does its own part (`registries.personal_parts`, highest first). False if something objects by now: it is
    looked at again a day later, and the person is told.
    """
    person = locked(person)
    if reasons := objections(person.pk):
        person.erasure_due_at = at + LOOKS_AGAIN_AFTER
        person.save(update_fields=["erasure_due_at"])
        letters.write(person, kind="erasure", subject=_WAITS, text=_WAITS_TEXT, reasons="\n".join(reasons))
        return False
    with connection.cursor() as cursor:  # the seals of charges and transactions let a name go, in this transaction alone
        cursor.execute("SELECT set_config('forecourt.erasing', 'on', true)")
    for part in registries.personal_parts:
        if part.erase:
            part.erase(person.pk, at=at)
    return True


def _day(person: Person) -> str:
    with letters.in_language_of(person):
        return formats.date_format(timezone.localtime(person.erasure_due_at), "DATE_FORMAT")


_ASKED = gettext_lazy("Your account will be deleted")
_ASKED_TEXT = gettext_lazy(
    "You asked us to delete your account. It will be deleted on %(on)s.\n\nIf you change your mind, sign in before then; that cancels it:\n%(link)s"
)
_KEPT = gettext_lazy("Your account stays")
_KEPT_TEXT = gettext_lazy("You signed in, so your account is not deleted.")
_WAITS = gettext_lazy("Your account cannot be deleted yet")
_WAITS_TEXT = gettext_lazy("You asked us to delete your account. First this has to be settled:\n%(reasons)s\n\nWe look again tomorrow.")
