"""The Django app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "forecourt.notifications"
    label = "notifications"

    def ready(self) -> None:
        from forecourt.notifications.states import EMAIL
        from forecourt.portal import states

        states.register("email", EMAIL)
