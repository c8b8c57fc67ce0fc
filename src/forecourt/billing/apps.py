"""The Django app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "forecourt.billing"
    label = "billing"
