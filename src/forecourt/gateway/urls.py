"""Addresses of the gateway's pages."""

from django.urls import path

from forecourt.gateway import pages

urlpatterns = [
    path("charge-points/<int:charge_point_id>/log", pages.charge_point_log, name="charge-point-log"),
    path("platform/refused-connections", pages.refused_connections, name="refused-connections"),
]
