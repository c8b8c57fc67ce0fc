"""How django-allauth works in our house: e-mail goes through `notifications`, sessions are audited, secrets are encrypted."""

import base64
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from forecourt.audit import operations as audit
from forecourt.identity import letters
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.kit import clock, registries, secrets
from forecourt.kit.operations import acting
from forecourt.notifications import operations as notifications
from forecourt.portal.redirects import SeeOther
from forecourt.teams.queries import actor_of

AUTHENTICATOR = "authenticator"  # purpose of the encryption

_NOTICES = {
    "account/email/password_changed": _("Your password was changed"),
    "account/email/password_set": _("Your account has a password now"),
    "account/email/password_reset": _("Your password was changed"),
    "mfa/email/totp_activated": _("An authenticator app was added"),
    "mfa/email/totp_deactivated": _("The authenticator app was removed"),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made"),
    "mfa/email/webauthn_added": _("A passkey was added"),
    "mfa/email/webauthn_removed": _("A passkey was removed"),
}
_NOTICE = _(
    "%(what)s: %(at)s, from %(address)s.\n\nIf this was not you, somebody is in your account. Choose a new password, which signs everybody"
    " out:\n%(link)s"
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """E-mail is a row that a job sends, in the language of whoever reads it. Sign-up is ours (`teams.signing_up`)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        with letters.in_language_at(email) as person:
            message = self.render_mail(template_prefix, email, context)
            notifications.send_email(
                to=email, subject=message.subject, text=str(message.body), kind="account", person_id=person.pk if person else None
            )

    def send_notification_mail(self, template_prefix: str, user: Person, context: Any = None, email: str | None = None) -> None:
        """Tell a person that their way of signing in changed."""
        what = _NOTICES.get(template_prefix)
        if what is not None:
            tell_of_change(user, what, address=self.get_client_ip(self.request))

    def add_message(self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kwargs: Any) -> None:
        """Our pages say in their own words what happened; allauth only speaks of what went wrong."""
        if message_template is None:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 — a socket without an address

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count for the pair of browser address and account: nobody can lock somebody else out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}|{self.get_client_ip(request)}"

    def reauthenticate(self, user: Person, password: str) -> bool:
        return user.check_password(password)

    def set_password(self, user: Person, password: str) -> None:
        """After a reset: the link was in their inbox, so the address is theirs; whoever was signed in no longer is."""
        actor, at = actor_of(user), clock.now()
        with acting(actor):
            changed = identity.set_password(actor=actor, person=user, password=password, at=at)
            identity.verify_email(actor=actor, person=user, at=at)
            identity.end_other_sessions(actor=actor, person=user, at=at)
        user.password = changed.password

    def pre_login(self, request: HttpRequest, user: Person, **facts: Any) -> HttpResponse | None:
        """Every way of signing in passes here. Whose organisation signs them in comes in through it alone."""
        way = registries.sign_in_way(request, user.email or "")
        if way is not None and not way.takes_password:
            return SeeOther(way.url)
        answer: HttpResponse | None = super().pre_login(request, user, **facts)
        return answer

    def login(self, request: HttpRequest, user: Person) -> None:
        super().login(request, user)
        _record(user, "signed_in", request)
        for follow in registries.after_sign_in:
            follow(request, user)
        if user.erasure_due_at and identity.keep_account(actor=actor_of(user), person=user, at=clock.now()):
            messages.success(request, _("Welcome back. Your account is not deleted."))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Asked before the session ends."""
        elsewhere = next((url for way in registries.sign_out_ways if (url := way(request))), "")
        return elsewhere or str(super().get_logout_redirect_url(request))

    def logout(self, request: HttpRequest) -> None:
        person = request.user
        super().logout(request)
        request.has_signed_out = True  # type: ignore[attr-defined]
        if isinstance(person, Person):
            _record(person, "signed_out", request)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted; QR codes are drawn by segno; passkeys have names of ours."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(secrets.encrypt(text, purpose=AUTHENTICATOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(base64.b64decode(encrypted_text), purpose=AUTHENTICATOR)

    def build_totp_svg(self, url: str) -> str:
        return str(segno.make(url, error="m").svg_inline(scale=5, border=3, light="#fff", dark="#000"))

    def generate_authenticator_name(self, user: Person, type: Any) -> str:
        return str(_("Passkey"))

    def get_public_key_credential_user_entity(self, user: Person) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.display_name}


def tell_of_change(person: Person, what: Any, *, address: str) -> None:
    """Mail a person that something about their sign-in changed, with what to do if it was not they."""
    with letters.in_language_of(person):
        at, said = formats.date_format(timezone.localtime(clock.now()), "DATETIME_FORMAT"), str(what)
    letters.write(
        person, kind="security", subject=what, text=_NOTICE, what=said, at=at, address=address,
        link=f"{settings.PUBLIC_URL}/accounts/password/reset/",
    )  # fmt: skip


def _record(person: Person, action: str, request: HttpRequest) -> None:
    about = {"address": request.META.get("REMOTE_ADDR", ""), "user_agent": request.headers.get("User-Agent", "")[:200]}
    audit.record_session(actor=actor_of(person), action=action, at=clock.now(), context=about)
