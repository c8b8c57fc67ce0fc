"""The Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "forecourt.identity"
    label = "identity"
