"""The last app to be ready: it wires the domains together."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "forecourt.project"
    label = "project"

    def ready(self) -> None:
        from forecourt.project import wiring

        wiring.connect()
