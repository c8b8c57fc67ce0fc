"""Every URL of the product: each domain's own list, and the one API."""

from django.urls import include, path

urlpatterns = [
    path("", include("forecourt.portal.urls")),
    path("accounts/", include("forecourt.identity.urls")),
]
