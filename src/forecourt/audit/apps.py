"""The Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "forecourt.audit"
    label = "audit"

    def ready(self) -> None:
        from forecourt.audit import labels

        labels.register()
