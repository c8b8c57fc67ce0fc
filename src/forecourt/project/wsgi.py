"""
The WSGI application that `forecourt web` serves: two handlers, each with its own middleware, and before them a shorter way.

The partner API and the directories' SCIM have no session, no cookie and no page, so they run through `API_MIDDLEWARE` alone;
everything else, the API's documentation page too, runs through `MIDDLEWARE`. A list of the API is answered before either, if it can be
(`api/direct.py`), with the headers that `API_MIDDLEWARE` would give it.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

import django
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.utils.module_loading import import_string

from forecourt.api import direct
from forecourt.audit.middleware import HEADER, id_of_request
from forecourt.integrations.middleware import identity

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
API_PREFIXES, API_PAGE = ("/api/", "/scim/"), "/api/v1/docs"


class ApiHandler(WSGIHandler):
    """Django's handler with `API_MIDDLEWARE`, whose members only wrap: they have no `process_view` and the like."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # unknown to the stubs
        for name in reversed(settings.API_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        self._middleware_chain = chain


class DirectHandler:
    """The lists of the API: what `API_MIDDLEWARE` does to an ordinary answer, in a few lines."""

    def __init__(self) -> None:
        self.lane: direct.Lane | None = None  # the server's processes have one
        self._security = SecurityMiddleware(HttpResponse)
        self._guarding: dict[bool, direct.Headers] = {}

    def __call__(self, environ: direct.Environ, start_response: Callable[..., Any]) -> Iterable[bytes] | None:
        """None where it is no list, or not to be had: the ordinary road answers."""
        if environ.get("PATH_INFO") not in direct.LISTS:
            return None
        identity(environ)
        with self.lane.turn() if self.lane else nullcontext():
            answer = direct.answer(environ)
        if answer is None:
            return None
        headers, body = answer
        request_id = id_of_request(environ.get("HTTP_X_REQUEST_ID", ""))
        start_response("200 OK", [*headers, *self._guarding_headers(environ), (HEADER, request_id)])
        return [body]

    def _guarding_headers(self, environ: direct.Environ) -> direct.Headers:
        """Django's own, which depend on the settings and the scheme alone."""
        request = direct.Request(environ)
        is_secure = request.is_secure()
        if is_secure not in self._guarding:
            response = self._security.process_response(request, HttpResponse(headers={"Content-Type": ""}))
            self._guarding[is_secure] = list(response.items())[1:]
        return self._guarding[is_secure]


django.setup(set_prefix=False)
lists, _api, _browser = DirectHandler(), ApiHandler(), WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if settings.IS_BEHIND_PROXY and (passed := environ.get("HTTP_X_FORWARDED_FOR")):
        environ["REMOTE_ADDR"] = passed.rsplit(",", 1)[-1].strip()  # what our own proxy saw; the rest is the client's word
    answered = lists(environ, start_response)
    if answered is not None:
        return answered
    path: str = environ.get("PATH_INFO", "")
    handler = _api if path.startswith(API_PREFIXES) and path != API_PAGE else _browser
    return handler(environ, start_response)
