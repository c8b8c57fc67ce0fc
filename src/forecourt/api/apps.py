"""The Django app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "forecourt.api"
    label = "api"
