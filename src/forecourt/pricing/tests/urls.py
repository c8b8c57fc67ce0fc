"""The product's addresses, and those of prices where `project/urls.py` does not name them yet."""

from typing import Any

from django.urls import NoReverseMatch, include, path, resolve, reverse
from ninja import NinjaAPI

from forecourt.api import build, errors
from forecourt.pricing.api import router
from forecourt.project.urls import handler400, handler403, handler404, handler500
from forecourt.project.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def _missing() -> list[Any]:
    found: list[Any] = []
    try:
        reverse("price-groups", urlconf="forecourt.project.urls")
    except NoReverseMatch:
        found.append(path("", include("forecourt.pricing.urls")))
    if resolve("/api/v1/price-groups", urlconf="forecourt.project.urls").func is build._unknown:
        found.append(path("api/v1/", include((_api_patterns(), "prices"))))
    return found


def _api_patterns() -> list[Any]:
    api = NinjaAPI(urls_namespace="prices", docs_url=None, openapi_url=None, parser=build.JsonParser())
    errors.install(api)
    api.add_router("", router)
    patterns: list[Any] = api.urls[0]
    for pattern in patterns:
        pattern.callback = build._dressed(pattern.callback)
    return patterns


urlpatterns = [*_missing(), *product]
