"""The product's addresses, and those of prices where `project/urls.py` does not name them yet."""

from typing import Any

from django.urls import NoReverseMatch, include, path, reverse
from ninja import NinjaAPI

from forecourt.api import build, errors
from forecourt.pricing.api import router
from forecourt.project.urls import handler400, handler403, handler404, handler500
from forecourt.project.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def _missing() -> list[Any]:
    try:
        reverse("price-groups", urlconf="forecourt.project.urls")
    except NoReverseMatch:
        pass
    else:
        return []
    api = NinjaAPI(urls_namespace="prices", docs_url=None, openapi_url=None, parser=build.JsonParser())
    errors.install(api)
    api.add_router("", router)
    patterns: list[Any] = api.urls[0]
    for pattern in patterns:
        pattern.callback = build._dressed(pattern.callback)
    return [path("api/v1/", include((patterns, "prices"))), path("", include("forecourt.pricing.urls"))]


urlpatterns = [*_missing(), *product]
