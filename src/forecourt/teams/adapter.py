"""How django-allauth works in our house: no open sign-up yet, e-mail goes through `notifications`, sessions are audited."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from forecourt.audit import operations as audit
from forecourt.identity.models import Person
from forecourt.kit import clock
from forecourt.notifications import operations as notifications
from forecourt.teams.queries import actor_of


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from invitations; e-mail is a row that a job sends."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        notifications.send_email(to=email, subject=message.subject, text=str(message.body), kind="account")

    def login(self, request: HttpRequest, user: Person) -> None:
        super().login(request, user)
        _record(user, "signed_in", request)

    def logout(self, request: HttpRequest) -> None:
        person = request.user
        super().logout(request)
        if isinstance(person, Person):
            _record(person, "signed_out", request)


def _record(person: Person, action: str, request: HttpRequest) -> None:
    context = {"address": request.META.get("REMOTE_ADDR", ""), "user_agent": request.headers.get("User-Agent", "")[:200]}
    audit.record_session(actor=actor_of(person), action=action, at=clock.now(), context=context)
