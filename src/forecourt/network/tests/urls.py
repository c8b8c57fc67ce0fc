"""The product's addresses with the network's, wherever the product includes them."""

from django.urls import include, path

from forecourt.project.urls import handler400, handler403, handler404, handler500
from forecourt.project.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("", include("forecourt.network.urls")), *product]
