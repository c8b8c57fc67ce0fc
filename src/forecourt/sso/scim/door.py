"""The frame of every SCIM request: whose token it is, how often it asks, what a refusal looks like (RFC 7644 §3.12)."""

import functools
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Concatenate, Final, ParamSpec

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from forecourt.access import Actor
from forecourt.api import limits
from forecourt.identity import throttles
from forecourt.identity.throttles import Door
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import tell_origin
from forecourt.sso.models import Directory
from forecourt.sso.operations.directories import note_use
from forecourt.sso.queries.directories import Shown, directory_of
from forecourt.sso.scim.rules.errors import InvalidSyntax, NotScim, TooLarge
from forecourt.sso.scim.rules.versions import etag

P = ParamSpec("P")
PREFIX: Final = "/scim/v2"
MEDIA_TYPE: Final = "application/scim+json"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
WRONG_TOKEN: Final = Door("scim-token", 30, 600)  # per browser address
QUOTA, INTERVAL = 6000, 60  # requests of one directory, seconds
LARGEST: Final = 5_000_000  # bytes of a body: a group of some ten thousand members
_TAKEN: Final = frozenset({MEDIA_TYPE, "application/json", ""})  # RFC 7644 §3.1; a client that says nothing means it
_UNAUTHORISED, _NOT_ALLOWED, _BROKEN = 401, 405, 500
log = logging.getLogger(__name__)


class ScimRequest(HttpRequest):
    """A request whose token is a directory's."""

    directory: Directory
    actor: Actor
    at: datetime


View = Callable[Concatenate[ScimRequest, P], HttpResponse]


def scim(*methods: str) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """
    Make a view an endpoint: these methods, a living token, the limits. Whatever goes wrong becomes the protocol's error: a
    `DomainError` says what; anything else is a bug, goes to the log and tells the directory nothing.
    """

    def wrap(view: View[P]) -> Callable[..., HttpResponse]:
        @csrf_exempt  # no cookie has power here
        @functools.wraps(view)
        def answer(request: ScimRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                response = _entered(request, methods) or view(request, *args, **kwargs)
            except DomainError as error:
                response = refused(error.status, error.message, getattr(error, "scim_type", ""))
            except Exception:
                log.exception("%s %s", request.method, request.path)
                response = refused(_BROKEN, "Something broke on our side.")
            if rate := getattr(request, "rate", None):
                rate.dress(response)
            response.headers["Cache-Control"] = "no-store"
            return response

        answer.is_scim = True  # type: ignore[attr-defined]  # the who-may matrix reads it
        return answer

    return wrap


def _entered(request: ScimRequest, methods: tuple[str, ...]) -> HttpResponse | None:
    """
    None for whoever may come in.

    :raises TooManyRequests, TooManyTries: beyond the directory's limit; after too many wrong tokens from one address.
    """
    at = clock.now()
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    directory = directory_of(token.strip(), at=at) if scheme.lower() == "bearer" and token else None
    if directory is None:
        throttles.take(WRONG_TOKEN, request.META.get("REMOTE_ADDR"), at=at)
        response = refused(_UNAUTHORISED, "The token is missing, wrong or was revoked.")
        response.headers["WWW-Authenticate"] = 'Bearer realm="SCIM"'
        return response
    limits.count(request, key=f"directory:{directory.pk}", quota=QUOTA, interval=INTERVAL, at=at)
    if request.method not in methods:
        response = refused(_NOT_ALLOWED, f"{request.method} is not possible here.")
        response.headers["Allow"] = ", ".join(methods)
        return response
    note_use(directory, at=at)
    tell_origin(directory_id=directory.pk)
    request.directory, request.at, request.actor = directory, at, Actor.system(f"SCIM: {directory.name}")
    return None


def body_of(request: HttpRequest) -> Any:
    """
    The JSON of the body.

    :raises NotScim: if it says that it is something else.
    :raises TooLarge: for more than `LARGEST` bytes.
    :raises InvalidSyntax: if it is none.
    """
    if request.content_type not in _TAKEN:
        raise NotScim(f"A body is {MEDIA_TYPE}.")
    told = request.read(LARGEST + 1)
    if len(told) > LARGEST:
        raise TooLarge(f"A body has at most {LARGEST} bytes.")
    try:
        return msgspec.json.decode(told)  # strict: text that the database could not keep is none
    except (ValueError, RecursionError) as error:
        raise InvalidSyntax("The body is not JSON.") from error


def base() -> str:
    return f"{settings.PUBLIC_URL}{PREFIX}"


def told(content: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(content), status=status, content_type=MEDIA_TYPE)


def resource(shown: Shown, projected: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """One user or group, with its version and, when new, its place."""
    response = told(projected, status=status)
    response.headers["ETag"] = etag(shown.version)
    response.headers["Location"] = shown.resource["meta"]["location"]
    return response


def without_body(status: int, *, version: int | None = None) -> HttpResponse:
    """An answer that its status says all of."""
    response = HttpResponse(status=status)
    del response.headers["Content-Type"]
    if version is not None:
        response.headers["ETag"] = etag(version)
    return response


def refused(status: int, detail: str, scim_type: str = "") -> HttpResponse:
    named = {"scimType": scim_type} if scim_type else {}
    return told({"schemas": [ERROR], "status": str(status), **named, "detail": str(detail)}, status=status)
