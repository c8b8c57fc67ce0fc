"""The actor of an API request: the bearer token's credential."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from forecourt.integrations import queries
from forecourt.kit import clock

API_PREFIX = "/api/"


class ConsumerActor:
    """For API paths, `request.actor` is the token's actor or None; a browser session has no power there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIX):
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            consumer = queries.consumer_of(token.strip(), at=clock.now()) if scheme.lower() == "bearer" and token else None
            request.consumer = consumer  # type: ignore[attr-defined]
            request.actor = consumer.actor if consumer else None  # type: ignore[attr-defined]
        return self.get_response(request)
