"""The product's addresses, with those of prices before `project/urls.py` names them."""

from django.urls import include, path

from forecourt.project.urls import handler400, handler403, handler404, handler500
from forecourt.project.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [path("", include("forecourt.pricing.urls")), *product]
