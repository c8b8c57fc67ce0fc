"""The actor of a portal request: the signed-in person with memberships, in two queries."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from forecourt.access import Actor
from forecourt.identity.models import Person
from forecourt.teams import queries

CURRENT_OPERATOR = "operator"  # session key: the account the person last worked in


class PersonActor:
    """Puts `request.person` and `request.actor` (None for nobody). Lazy: static files and tokens cost no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person = request.user if request.user.is_authenticated else None  # type: ignore[attr-defined]
        request.actor = _actor(request) if request.user.is_authenticated else None  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> "SimpleLazyObject[Actor]":
    return SimpleLazyObject(lambda: _load(request))


def _load(request: HttpRequest) -> Actor:
    person = request.user
    assert isinstance(person, Person)
    actor = queries.actor_of(person)
    chosen = request.session.get(CURRENT_OPERATOR)
    return replace(actor, operator_id=chosen) if chosen else actor
