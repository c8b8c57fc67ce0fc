"""The addresses that the gateway's pages lead to, for their tests."""

from django.urls import include, path

urlpatterns = [
    path("", include("forecourt.portal.urls")),
    *(path("", include(f"forecourt.{domain}.urls")) for domain in ("operators", "teams", "ledger", "pricing", "network", "gateway")),
    path("accounts/", include("forecourt.identity.urls")),
]
