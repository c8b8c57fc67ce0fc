"""Keeping somebody out because their employer's directory says so; the platform's own lock is another matter (`interventions`)."""

from datetime import datetime

from forecourt.access import Actor
from forecourt.identity.models import Intervention, Person
from forecourt.identity.operations.sessions import end_other_sessions
from forecourt.kit import registries
from forecourt.kit.operations import locked, operation

_LOCKS = (Intervention.Kind.LOCKED, Intervention.Kind.UNLOCKED)


@operation
def keep_out(*, actor: Actor, person: Person, at: datetime) -> None:
    """
    Sign a person out everywhere and let them in by no way, a password and API tokens of their own included. The caller's reason
    stands in `registries.sign_in_objections`. Repeating it changes nothing.
    """
    person = locked(person)
    if person.is_active:
        person.is_active = False
        person.save(update_fields=["is_active"])
    end_other_sessions(actor=actor, person=person, at=at)


@operation
def let_in(*, actor: Actor, person: Person, at: datetime) -> bool:
    """Let a person in again, unless somebody else still objects or the platform's people locked the account; whether they may sign in."""
    person = locked(person)
    if not person.is_active and not is_objected(person.pk) and not _is_locked(person):
        person.is_active = True
        person.save(update_fields=["is_active"])
    return person.is_active


def is_objected(person_id: int) -> bool:
    """Whether a higher domain keeps the person out."""
    return any(objection(person_id) for objection in registries.sign_in_objections)


def _is_locked(person: Person) -> bool:
    newest = Intervention.objects.filter(person=person, kind__in=_LOCKS).order_by("-id").first()
    return newest is not None and newest.kind == Intervention.Kind.LOCKED
