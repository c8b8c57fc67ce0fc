"""The portal with the pages of charges, for tests before the product's own list names them."""

from django.urls import include, path

urlpatterns = [path("", include("forecourt.project.urls")), path("", include("forecourt.charging.urls"))]
