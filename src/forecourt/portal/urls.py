"""
The shell's own addresses. `project/urls.py` includes them at the root and names the error handlers:
`handler404 = "forecourt.portal.errors.not_found"` and so on.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from forecourt.portal import design, preferences


def alive(request: HttpRequest) -> HttpResponse:
    """This process answers. It asks nothing of the database: that is for `forecourt doctor` and the metrics."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern] = [
    path("healthz", alive, name="healthz"),
    path("theme", preferences.set_theme, name="set-theme"),
]
if settings.DEBUG or getattr(settings, "FORECOURT_DESIGN", False):
    urlpatterns += design.urlpatterns
