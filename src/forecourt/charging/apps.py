"""The Django app."""

from django.apps import AppConfig


class ChargingConfig(AppConfig):
    name = "forecourt.charging"
    label = "charging"
