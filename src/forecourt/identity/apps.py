"""The Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "forecourt.identity"
    label = "identity"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from forecourt.identity.middleware import begin
        from forecourt.identity.states import INTERVENTION, SIGN_IN
        from forecourt.portal import states

        states.register("sign-in", SIGN_IN)
        states.register("intervention", INTERVENTION)
        user_logged_in.connect(begin, dispatch_uid="identity.begin")
