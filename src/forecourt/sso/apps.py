"""The Django app."""

from django.apps import AppConfig


class SsoConfig(AppConfig):
    name = "forecourt.sso"
    label = "sso"
