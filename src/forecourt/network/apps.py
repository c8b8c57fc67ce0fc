"""The Django app."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "forecourt.network"
    label = "network"
