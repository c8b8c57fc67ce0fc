"""The Django app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "forecourt.portal"
    label = "portal"
