"""What the platform's people do for somebody's signing in: sessions, lost second factors, the lock. Each with a reason and a letter."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, PlatformRole
from forecourt.identity import letters
from forecourt.identity.models import Intervention, Person
from forecourt.identity.operations.sessions import end_other_sessions
from forecourt.kit import registries
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation

Kind = Intervention.Kind
LONGEST_REASON = 500


class CannotBeLocked(DomainError):
    """Nobody locks themselves out, and one administrator of the installation can always sign in."""

    code = "cannot_be_locked"


class KeptOut(DomainError):
    """Somebody else keeps the person out: a directory of their employer."""

    code = "kept_out"


@operation
def end_sessions_for(*, actor: Actor, person: Person, reason: str, at: datetime) -> Intervention:
    """
    Sign a person out of every browser. They may sign in again.

    :raises Invalid: at `reason`, if none is given.
    """
    person = locked(person)
    end_other_sessions(actor=actor, person=person, at=at)
    return _noted(actor, person, Kind.SESSIONS_ENDED, reason, _ENDED, at)


@operation
def reset_second_factors(*, actor: Actor, person: Person, reason: str, at: datetime) -> Intervention:
    """
    Remove the authenticator app, passkeys and recovery codes of somebody who lost them, and end their sessions. The password
    stays as it is. `reason` says how they showed who they are (ASVS 5.0, 6.4.4).

    :raises Invalid: at `reason`, if none is given.
    """
    person = locked(person)
    Authenticator.objects.filter(user_id=person.pk).delete()
    end_other_sessions(actor=actor, person=person, at=at)
    return _noted(actor, person, Kind.FACTORS_RESET, reason, _RESET, at)


@operation
def lock_sign_in(*, actor: Actor, person: Person, reason: str, at: datetime) -> Intervention | None:
    """
    Let a person in nowhere until they are unlocked: sessions end, no password, passkey or API key of theirs is taken. None if they
    were locked already.

    :raises CannotBeLocked: oneself, and the last administrator who can sign in.
    :raises Invalid: at `reason`, if none is given.
    """
    others = _other_administrators(person)
    person = locked(person)
    if person.pk == actor.id:
        raise CannotBeLocked(_("You cannot lock yourself out."))
    if person.platform_role == PlatformRole.ADMINISTRATOR and not others:
        raise CannotBeLocked(_("This is the last administrator who can sign in."))
    if not person.is_active:
        return None
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_other_sessions(actor=actor, person=person, at=at)
    return _noted(actor, person, Kind.LOCKED, reason, _LOCKED, at)


@operation
def unlock_sign_in(*, actor: Actor, person: Person, reason: str, at: datetime) -> Intervention | None:
    """
    Let a person in again. None if they were not locked.

    :raises KeptOut: if it is not the platform's lock alone that keeps them out.
    :raises Invalid: at `reason`, if none is given.
    """
    person = locked(person)
    if person.is_active:
        return None
    for objection in registries.sign_in_objections:
        if says := objection(person.pk):
            raise KeptOut(says)
    person.is_active = True
    person.save(update_fields=["is_active"])
    return _noted(actor, person, Kind.UNLOCKED, reason, _UNLOCKED, at)


def _other_administrators(person: Person) -> list[Person]:
    """Who else could sign in and administer. All are locked, this person too, in one order: two cannot lock each other out at once."""
    administrators = Q(platform_role=PlatformRole.ADMINISTRATOR, is_active=True, deleted_at=None)
    held = Person.objects.filter(administrators | Q(pk=person.pk)).order_by("pk").select_for_update()
    return [one for one in held if one.pk != person.pk]


def _noted(actor: Actor, person: Person, kind: Kind, reason: str, subject: Promise, at: datetime) -> Intervention:
    checks = Checks()
    reason = checks.text("reason", reason, limit=LONGEST_REASON)
    checks.finish()
    letters.write(person, kind="security", subject=subject, text=_TEXT[kind], link=letters.my_security())
    return Intervention.objects.create(person=person, kind=kind, reason=reason, by_id=actor.id, at=at)


_ENDED = gettext_lazy("You were signed out everywhere")
_RESET = gettext_lazy("Your second factors were removed")
_LOCKED = gettext_lazy("Your account is locked")
_UNLOCKED = gettext_lazy("Your account is open again")
_TEXT = {
    Kind.SESSIONS_ENDED: gettext_lazy(
        "The people who run this platform signed you out of every browser. You can sign in again.\n\nIf you did not expect this, see where you"
        " are signed in:\n%(link)s"
    ),
    Kind.FACTORS_RESET: gettext_lazy(
        "The people who run this platform removed your authenticator app, passkeys and recovery codes, because they were told that you lost"
        " them. Your password is unchanged.\n\nSet up a second factor again:\n%(link)s\n\nIf you did not ask for this, somebody is trying to get"
        " into your account: choose a new password and answer this letter at once."
    ),
    Kind.LOCKED: gettext_lazy(
        "The people who run this platform locked your account. You are signed out everywhere and cannot sign in.\n\nIf you think this is a"
        " mistake, answer this letter."
    ),
    Kind.UNLOCKED: gettext_lazy("You can sign in again:\n%(link)s"),
}
