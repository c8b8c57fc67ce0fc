"""Ending sessions. Django's row goes first: without it the cookie is worth nothing."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from forecourt.access import Actor
from forecourt.identity.models import Person
from forecourt.kit.operations import operation


@operation
def end_session(*, actor: Actor, person: Person, session_id: int, at: datetime) -> bool:
    """Sign one of a person's browsers out; False if the person has no such session."""
    return _end([row.session_key for row in UserSession.objects.filter(user_id=person.pk, pk=session_id)]) > 0


@operation
def end_other_sessions(*, actor: Actor, person: Person, at: datetime, keep: str | None = None) -> int:
    """Sign a person out everywhere but in the session `keep`; how many ended."""
    return _end(list(UserSession.objects.filter(user_id=person.pk).exclude(session_key=keep or "").values_list("session_key", flat=True)))


@operation
def end_sessions_of(*, actor: Actor, keys: list[str], at: datetime) -> int:
    """Sign these browsers out, whoever is signed in there; how many ended."""
    return _end(keys)


def _end(keys: list[str]) -> int:
    Session.objects.filter(session_key__in=keys).delete()
    ended, _by_model = UserSession.objects.filter(session_key__in=keys).delete()
    return int(ended)
