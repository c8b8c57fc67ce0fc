"""The Django app."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "forecourt.operators"
    label = "operators"
