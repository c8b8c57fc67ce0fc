"""The Django app."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "forecourt.gateway"
    label = "gateway"
