"""The Django app."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "forecourt.operators"
    label = "operators"

    def ready(self) -> None:
        from forecourt.operators.states import MEMBER
        from forecourt.portal import states

        states.register("operator-member", MEMBER)
