"""The actor of a portal request: the signed-in person with memberships, in two queries, in the account the browser works in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from forecourt.access import Actor
from forecourt.identity.models import Person
from forecourt.operators import second_factor, workplace
from forecourt.portal.redirects import SeeOther
from forecourt.teams import queries

DEEP_LINK = "account"  # `?account=7` on any page: open it in that account


class PersonActor:
    """
    Puts `request.person` and `request.actor` (None for nobody). Lazy: static files and tokens cost no query.

    A link that names an account (`?account=`) switches to it, if the person may, and goes on to the same address without
    that word: links in letters open the right account (spec §4).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.person = request.user if request.user.is_authenticated else None  # type: ignore[attr-defined]
        request.actor = _actor(request) if request.user.is_authenticated else None  # type: ignore[attr-defined]
        if DEEP_LINK in request.GET and request.method == "GET" and request.person is not None:  # type: ignore[attr-defined]
            return _switched(request)
        return second_factor.instead(request, self.get_response(request))


def _actor(request: HttpRequest) -> "SimpleLazyObject[Actor]":
    return SimpleLazyObject(lambda: _load(request))


def _load(request: HttpRequest) -> Actor:
    person = request.user
    assert isinstance(person, Person)
    return workplace.in_session(request, second_factor.open_part(request, queries.actor_of(person)))


def _switched(request: HttpRequest) -> HttpResponse:
    query = request.GET.copy()
    wanted = query.pop(DEEP_LINK)
    workplace.switch(request, _load(request), request.person, str(wanted[-1]))  # type: ignore[attr-defined]
    left = query.urlencode()
    return SeeOther(f"{request.path}?{left}" if left else request.path)
