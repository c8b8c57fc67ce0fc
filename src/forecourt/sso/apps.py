"""The Django app."""

from django.apps import AppConfig


class SsoConfig(AppConfig):
    name = "forecourt.sso"
    label = "sso"

    def ready(self) -> None:
        from forecourt.portal import states
        from forecourt.sso.states import DIRECTORY, DIRECTORY_USER

        states.register("directory", DIRECTORY)
        states.register("directory_user", DIRECTORY_USER)
