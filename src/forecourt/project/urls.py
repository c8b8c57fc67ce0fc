"""Every URL of the product: each domain's own list, and the one API."""

from django.urls import include, path

from forecourt.api import build as api
from forecourt.integrations.api import router as integrations_api
from forecourt.project import setup

ROUTERS = [integrations_api]

urlpatterns = [
    *api.urls(ROUTERS),
    path("", include("forecourt.portal.urls")),
    path("setup/<str:token>", setup.setup, name="setup"),
    path("accounts/", include("forecourt.identity.urls")),
    path("", include("forecourt.operators.urls")),
    path("", include("forecourt.teams.urls")),
]

handler400 = "forecourt.portal.errors.bad_request"
handler403 = "forecourt.portal.errors.forbidden"
handler404 = "forecourt.portal.errors.not_found"
handler500 = "forecourt.portal.errors.broken"
