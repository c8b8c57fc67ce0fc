"""The Django app."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "forecourt.dashboards"
    label = "dashboards"
