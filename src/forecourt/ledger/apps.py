"""The Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "forecourt.ledger"
    label = "ledger"
