"""How django-allauth works in our house: no open sign-up here yet, and its e-mail goes through the outbox of `notifications`."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from forecourt.notifications import operations as notifications


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from invitations; e-mail is a row that a job sends."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        notifications.send_email(to=email, subject=message.subject, text=str(message.body), kind="account")
