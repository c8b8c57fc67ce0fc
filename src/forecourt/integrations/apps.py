"""The Django app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "forecourt.integrations"
    label = "integrations"
