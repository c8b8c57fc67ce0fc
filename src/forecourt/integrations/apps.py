"""The Django app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "forecourt.integrations"
    label = "integrations"

    def ready(self) -> None:
        from forecourt.integrations.states import API_KEY, WEBHOOK_ENTRY
        from forecourt.portal import states

        states.register("api_key", API_KEY)
        states.register("webhook_entry", WEBHOOK_ENTRY)
