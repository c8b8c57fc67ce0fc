"""The Django app."""

from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "forecourt.pricing"
    label = "pricing"
