"""
The door of the portal: `@page` around every view, and the few ways in which a view answers.

A view reads `request.actor`, calls `fetch`, an operation or a query, and ends in `respond`, `done` or `csv_response`. It decides nothing.
"""

import functools
import hashlib
import logging
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render, resolve_url
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

from forecourt.kit import registries
from forecourt.kit.errors import DomainError, Forbidden, Invalid
from forecourt.portal.errors import error_page
from forecourt.portal.exports import csv_response
from forecourt.portal.paging import Paging, paged
from forecourt.portal.redirects import SeeOther, back

__all__ = ["PageRequest", "Paging", "ask", "csv_response", "done", "explain", "page", "paged", "respond"]

P = ParamSpec("P")
Level = int
security_log = logging.getLogger("forecourt.security")
_CSRF_FIELD = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


class PageRequest(HttpRequest):
    """A request as views see it. Middleware of `teams` sets `actor` and `person`; django-htmx sets `htmx`."""

    actor: Any
    person: Any
    htmx: HtmxDetails


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def page(*methods: str, public: bool = False) -> Callable[[View[P]], View[P]]:
    """
    Make a view a page: allow these methods, ask who it is, and translate a `DomainError`.

    Unless `public`, an anonymous visitor is sent to sign in and a person without an actor gets a 403 page.
    """
    allowed = {*methods, *(("HEAD",) if "GET" in methods else ())}

    def wrap(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def answer(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(sorted(allowed))
            if not public and (turned_away := _turn_away(request)):
                return turned_away
            try:
                return view(request, *args, **kwargs)
            except DomainError as error:
                return refuse(request, error)

        answer.is_public = public  # type: ignore[attr-defined]  # the who-may matrix reads it
        return answer

    return wrap


def respond(
    request: HttpRequest, template: str, partial_name: str | None, context: dict[str, Any], *, status: int = 200
) -> HttpResponseBase:
    """
    Render the page, or for htmx the named partial of the same template.

    A GET carries an ETag; the same content again is answered 304 without a body, so live parts cost little.
    """
    is_part = partial_name is not None and _wants_part(request)
    response = render(request, f"{template}#{partial_name}" if is_part else template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "Cookie", "Accept-Language"])
    patch_cache_control(response, private=True, no_cache=True)
    if is_part:
        response = _with_toasts(request, response)
    return _conditional(request, response) if status == HTTPStatus.OK else response


def ask(
    request: HttpRequest, title: str, says: str, confirm: str, *, cancel: str, is_danger: bool = True, form: BaseForm | None = None
) -> HttpResponseBase:
    """
    Ask before something happens that cannot be undone; the answer is a POST to the same URL. A page, or a dialog with htmx.

    `confirm` is the verb on the button, `cancel` where the other one leads, `form` what else is to be said (422 if it was wrong).
    """
    context = {
        "title": title, "says": says, "confirm": confirm, "is_danger": is_danger, "form": form, "cancel_url": cancel,
        "action": request.get_full_path(),
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context, status=422 if form is not None and form.errors else 200)


def done(request: HttpRequest, url_name: str, *args: object, message: str = "", level: Level = messages.SUCCESS) -> HttpResponse:
    """
    Answer a POST that worked: redirect (303) with a toast. For htmx on that very page: refresh its live parts and show the toast.

    `url_name` may also be an absolute path.
    """
    if message:
        messages.add_message(request, level, message)
    target = resolve_url(url_name, *args)
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx:
        return SeeOther(target)
    if urlsplit(htmx.current_url_abs_path or "").path == urlsplit(target).path:
        response = HttpResponse(status=HTTPStatus.NO_CONTENT)
        trigger_client_event(response, "forecourt:refresh", {})
        return _with_toasts(request, response)
    return HttpResponseClientRedirect(target)


def explain(form: BaseForm, error: Invalid) -> None:
    """Show at its fields what an operation found wrong; what belongs to no field stands above the form."""
    for name, says in error.fields.items():
        form.add_error(name if name in form.fields else None, says)
    if not error.fields:
        form.add_error(None, error.message)


def refuse(request: HttpRequest, error: DomainError) -> HttpResponse:
    """
    Say what went wrong. htmx gets a toast; a form that conflicts goes back with a toast; everything else is an error page.

    The status is the error's own, except that a plain form is sent back (303) after a conflict or bad input.
    """
    if isinstance(error, Forbidden):
        security_log.info(
            "refused %s %s to person %s: %s", request.method, request.path, request.user.pk, error.facts.get("permission", error.code)
        )
    if getattr(request, "htmx", None):
        response = HttpResponse(status=error.status)
        return trigger_client_event(response, "forecourt:toast", {"toasts": [{"tone": "bad", "text": str(error.message)}]})
    goes_back = error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.method == "POST" and goes_back and (target := back(request, otherwise="")):
        messages.error(request, error.message)
        return SeeOther(target)
    return error_page(request, error.status, says=error.message)


def _wants_part(request: HttpRequest) -> bool:
    """A filter, a sort or a page is boosted: it takes its piece out of the whole page, paging included."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not (htmx.boosted or htmx.history_restore_request)


def _turn_away(request: PageRequest) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        response = redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        return HttpResponseClientRedirect(response.url) if getattr(request, "htmx", None) else response
    if getattr(request, "actor", None) is None:
        return error_page(request, HTTPStatus.FORBIDDEN, says=_("Your account has no access here yet. Ask the person who invited you."))
    return next((answer for turnstile in registries.turnstiles if (answer := turnstile(request))), None)


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """ETag over the content without its CSRF fields, whose mask changes on every rendering. Never 304 over a toast."""
    if request.method not in ("GET", "HEAD"):
        return response
    digest = hashlib.blake2b(_CSRF_FIELD.sub(b"", response.content), digest_size=12).hexdigest()
    etag = f'W/"{digest}"'
    response.headers["ETag"] = etag
    if "HX-Trigger" in response.headers:
        return response
    return get_conditional_response(request, etag=etag, response=response) or response


def _with_toasts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    toasts = [{"tone": message.level_tag, "text": str(message)} for message in messages.get_messages(request)]
    return trigger_client_event(response, "forecourt:toast", {"toasts": toasts}) if toasts else response
