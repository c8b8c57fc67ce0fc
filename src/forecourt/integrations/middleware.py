"""Who asks, at the partner API: the bearer token's credential."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from forecourt.integrations import queries

API_PREFIX = "/api/"


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
            scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
            request.identify = _once(token.strip() if scheme.lower() == "bearer" else "")  # type: ignore[attr-defined]
            request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)


def _once(token: str) -> Callable[..., tuple[queries.Consumer, int] | None]:
    found: list[tuple[queries.Consumer, int] | None] = []

    def identify(*, at: datetime) -> tuple[queries.Consumer, int] | None:
        if not found:
            found.append(queries.consumer_of(token, at=at))
        return found[0]

    return identify
