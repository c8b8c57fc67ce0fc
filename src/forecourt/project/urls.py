"""Every URL of the product: each domain's own list, and the one API."""

from django.urls import include, path

from forecourt.api import build as api
from forecourt.integrations.api import router as integrations_api

ROUTERS = [integrations_api]

urlpatterns = [
    *api.urls(ROUTERS),
    path("", include("forecourt.portal.urls")),
    path("accounts/", include("forecourt.identity.urls")),
]
