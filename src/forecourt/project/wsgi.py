"""
The WSGI application that `forecourt web` serves: two handlers, each with its own middleware.

The partner API has no session, no cookie and no page, so it runs through `API_MIDDLEWARE` alone; everything else, the
API's documentation page too, runs through `MIDDLEWARE`. Within the API's middleware, a list is answered directly.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from forecourt.api import direct

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.project.settings")
API_PREFIX, API_PAGE = "/api/", "/api/v1/docs"


class ApiHandler(WSGIHandler):
    """Django's handler with `API_MIDDLEWARE`, whose members only wrap: they have no `process_view` and the like."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = convert_exception_to_response(self._get_response)
        for name in reversed(settings.API_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        self._middleware_chain = chain

    def _get_response(self, request: HttpRequest) -> HttpResponse:
        return direct.answer(request) or super()._get_response(request)  # type: ignore[misc]  # unknown to the stubs


django.setup(set_prefix=False)
_api, _browser = ApiHandler(), WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if settings.IS_BEHIND_PROXY and (passed := environ.get("HTTP_X_FORWARDED_FOR")):
        environ["REMOTE_ADDR"] = passed.rsplit(",", 1)[-1].strip()  # what our own proxy saw; the rest is the client's word
    path: str = environ.get("PATH_INFO", "")
    handler = _api if path.startswith(API_PREFIX) and path != API_PAGE else _browser
    return handler(environ, start_response)
