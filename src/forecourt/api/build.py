"""The one API of the product, built of the routers that the domains export."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Router
from ninja.errors import HttpError
from ninja.parser import Parser

from forecourt.api import docs, errors, versions
from forecourt.api.reference import router as reference
from forecourt.api.replies import JSON
from forecourt.kit.errors import DomainError

DESCRIPTION = """JSON over HTTPS. Get a token from `POST /auth/token`, send it as `Authorization: Bearer …`.
Lists take `page` (from 0) and `perPage` (1–100). Dates are UTC, `yyyy-MM-ddTHH:mm:ssZ`."""


class JsonParser(Parser):
    """JSON whatever the content type says (partner API §15.3); an empty body is an empty object."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            body = msgspec.json.decode(request.body or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise HttpError(400, f"The body is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise HttpError(400, "The body must be a JSON object.")
        if b"\\u0000" in request.body:
            raise HttpError(400, "The body contains a character that cannot be stored.")
        return body


def build(routers: Sequence[Router]) -> NinjaAPI:
    api = NinjaAPI(
        title="Forecourt partner API", version="v1", description=DESCRIPTION, docs_url=None, openapi_url=None, parser=JsonParser(),
        urls_namespace="api",
    )  # fmt: skip
    errors.install(api)
    for router in (*routers, reference):
        api.add_router("", router)
    return api


def urls(routers: Sequence[Router]) -> list[URLPattern | URLResolver]:
    """`/api/v1/…` with its documentation; every other path below `/api/` answers 404 in the envelope."""
    api = build(routers)
    patterns = cast("list[URLPattern]", api.urls[0])
    for pattern in patterns:
        pattern.callback = _dressed(pattern.callback)
    return [
        path("api/v1/openapi.json", docs.openapi(api), name="openapi"),
        path("api/v1/docs", docs.page(api), name="api-docs"),
        path("api/v1/", include((patterns, "api"))),
        re_path(r"^api/", _unknown),
    ]


@csrf_exempt
def _unknown(request: HttpRequest) -> HttpResponse:
    return errors.envelope(404, "There is nothing at this address.")


def _dressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What every response of the API has: its version's and its limit's headers, and the envelope for 405."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = _checked(view, request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            response = errors.envelope(405, f"Use {allowed} here.")
            response.headers["Allow"] = allowed
        versions.dress(request, response)
        if rate := getattr(request, "rate", None):
            rate.dress(response)
        if response.headers.get("Content-Type", "") == JSON:
            response.headers["Cache-Control"] = "no-store"
        return response

    return csrf_exempt(run)


def _checked(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        request.is_v2 = versions.version_of(request) == "v2"  # type: ignore[attr-defined]
    except DomainError as error:
        return errors.refused(error)
    if "%00" in request.META.get("QUERY_STRING", ""):
        return errors.envelope(400, "The query contains a character that cannot be stored.")
    return view(request, *args, **kwargs)
