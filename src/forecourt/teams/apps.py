"""The Django app."""

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "forecourt.teams"
    label = "teams"

    def ready(self) -> None:
        from forecourt.portal import states
        from forecourt.teams.states import MEMBER

        states.register("member", MEMBER)
