"""The Django app."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "forecourt.kit"
    label = "kit"
