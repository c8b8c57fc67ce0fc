"""The Django app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "forecourt.teams"
    label = "teams"
