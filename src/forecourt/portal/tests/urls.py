"""Addresses and a visitor for the shell's own tests."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.urls import include, path

from forecourt.kit.errors import Forbidden, Invalid, NotFound
from forecourt.portal.pages import done, page

handler404 = "forecourt.portal.errors.not_found"
handler500 = "forecourt.portal.errors.broken"


class Visitor:
    """Stands for the middleware that finds out who asks: here, nobody."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user, request.actor = AnonymousUser(), None
        return self.get_response(request)


@page("GET")
def private(request):
    return HttpResponse("private")


@page("GET", "POST", public=True)
def refuses(request, kind):
    raise {"missing": NotFound("No such thing."), "forbidden": Forbidden("Not you."), "invalid": Invalid("Not like this.")}[kind]


@page("POST", public=True)
def works(request):
    return done(request, "design", message="Done.")


@page("GET", public=True)
def broken(request):
    raise RuntimeError("a bug")


urlpatterns = [
    path("private", private, name="private"),
    path("refuses/<str:kind>", refuses, name="refuses"),
    path("works", works, name="works"),
    path("broken", broken, name="broken"),
    path("", include("forecourt.portal.urls")),
]
