"""Who asks, at the partner API: the bearer token's credential."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from forecourt.api.direct import IDENTIFY
from forecourt.integrations import queries

API_PREFIX = "/api/"
Identify = Callable[..., tuple[queries.Consumer, int] | None]


class ConsumerActor:
    """
    For API paths: `request.identify(at=…)` gives the living token's consumer, counting the request, or None.

    The API's shell calls it at an operation that needs a token; however often it does, a request is counted once. A browser
    session has no power there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIX):
            request.identify = identity(request.META)  # type: ignore[attr-defined]
            request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)


def identity(environ: dict[str, Any]) -> Identify:
    """Whose token this request shows; kept with the request, whatever road it takes."""
    if IDENTIFY not in environ:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        environ[IDENTIFY] = _once(token.strip() if scheme.lower() == "bearer" else "")
    identify: Identify = environ[IDENTIFY]
    return identify


def _once(token: str) -> Identify:
    found: list[tuple[queries.Consumer, int] | None] = []

    def identify(*, at: datetime) -> tuple[queries.Consumer, int] | None:
        if not found:
            found.append(queries.consumer_of(token, at=at))
        return found[0]

    return identify
