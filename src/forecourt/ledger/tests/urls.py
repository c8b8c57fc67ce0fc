"""The product's addresses with this domain's, whether or not they are wired yet."""

from django.urls import include, path

from forecourt.project.urls import handler400, handler403, handler404, handler500
from forecourt.project.urls import urlpatterns as wired

__all__ = ["handler400", "handler403", "handler404", "handler500"]
urlpatterns = [*wired, path("", include("forecourt.ledger.urls"))]
