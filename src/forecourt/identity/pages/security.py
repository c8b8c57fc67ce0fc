"""Password, authenticator app, recovery codes, passkeys, and where somebody is signed in."""

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as recovery_codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import flows as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from allauth.mfa.webauthn.internal import flows as webauthn
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.identity import operations, queries
from forecourt.identity.models import Person
from forecourt.identity.pages.again import freshly
from forecourt.kit import clock, registries
from forecourt.kit.errors import Invalid, NotFound
from forecourt.portal.pages import PageRequest, done, explain, page, respond

Type = Authenticator.Type


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("New password"),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters."),
    )


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    code = forms.CharField(
        label=gettext_lazy("Code from the app"), widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"})
    )


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("So that you know it again: “Work laptop”."))
    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


@page("GET")
def security(request: PageRequest) -> HttpResponseBase:
    """Everything about signing in, on one page."""
    sessions = queries.sessions_of(request.person.pk, current_key=request.session.session_key, at=clock.now())
    context = {
        "title": _("Sign-in and security"),
        "security": queries.security_of(request.person),
        "sessions": sessions,
        "has_others": any(not row.is_current for row in sessions),
        "crumbs": [(_("My Account"), reverse("my-account"))],
    }
    return respond(request, "identity/security.html", None, context)


@page("GET", "POST")
@freshly
def password_edit(request: PageRequest) -> HttpResponseBase:
    """A new password signs out everywhere else. Who signs in by another way has none (spec §1)."""
    if not request.person.has_password or queries.signs_in_elsewhere(request.person):
        raise NotFound(_("Your account has no password: you sign in another way."))
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = operations.set_password(
                actor=request.actor, person=request.person, password=form.cleaned_data["password"], at=clock.now()
            )
        except Invalid as error:
            explain(form, error)
        else:
            _keep_only_this(request, person)
            account_adapter(request).send_notification_mail("account/email/password_changed", person)
            return done(request, "my-security", message=_("Your password is changed. Everybody else is signed out."))
    return _form(request, form, title=_("Change password"), submit=_("Save the password"))


@page("GET", "POST")
@freshly
def app_add(request: PageRequest) -> HttpResponseBase:
    """Show the QR code; a code from the app proves that it was read."""
    if queries.security_of(request.person).app_since:
        return done(request, "my-security")
    form = AppForm(request.POST or None, user=request.person)
    if request.method == "POST" and form.is_valid():
        totp.activate_totp(request, form)
        return done(request, "my-recovery-codes", message=_("The authenticator app is asked for from now on."))
    adapter = mfa_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.person, form.secret))
    context = {"qr": mark_safe(picture), "secret": form.secret}  # noqa: S308 — drawn by segno from our own text
    return _form(request, form, "identity/app.html", title=_("Add an authenticator app"), submit=_("Turn it on"), **context)


@page("GET", "POST")
@freshly
def app_remove(request: PageRequest) -> HttpResponseBase:
    app = _own(request, type=Type.TOTP)
    if request.method == "POST":
        totp.deactivate_totp(request, app)
        return done(request, "my-security", message=_("The authenticator app is removed."))
    return _ask(request, _("Remove the authenticator app?"), _("Signing in then takes no code from it."), _("Remove the app"))


@page("GET", "POST")
@freshly
def recovery(request: PageRequest) -> HttpResponseBase:
    """The codes for a lost phone: shown once after they are made, never again. A POST makes new ones."""
    if request.method == "POST":
        if not recovery_codes.can_generate_recovery_codes(request.person):
            raise NotFound(_("Recovery codes stand in for an app or a passkey. Add one first."))
        recovery_codes.generate_recovery_codes(request)
        return done(request, "my-recovery-codes", message=_("The old codes no longer work."))
    wrapper, is_first_look = recovery_codes.view_recovery_codes(request)
    codes = wrapper.get_unused_codes() if wrapper is not None else []
    context = {
        "title": _("Recovery codes"),
        "codes": codes if is_first_look else [],
        "as_text": _on_paper(request.person, codes) if is_first_look else "",
        "left": len(codes),
        "crumbs": [(_("My Account"), reverse("my-account")), (_("Sign-in and security"), reverse("my-security"))],
    }
    return respond(request, "identity/recovery_codes.html", None, context)


def _on_paper(person: Person, codes: list[str]) -> str:
    """The codes with what they are for: whoever finds the file in a year knows."""
    heading = _("Recovery codes of %(site)s for %(person)s, each good once") % {
        "site": settings.PUBLIC_URL,
        "person": person.email or person,
    }
    return "\n".join([heading, "", *codes, ""])


@page("GET", "POST")
@freshly
def passkey_add(request: PageRequest) -> HttpResponseBase:
    """The browser makes the key; this page needs JavaScript, as passkeys do."""
    form = PasskeyForm(request.POST or None, user=request.person)
    if request.method == "POST" and form.is_valid():
        _key, codes = webauthn.add_authenticator(request, name=form.cleaned_data["name"], credential=form.cleaned_data["credential"])
        return done(request, "my-recovery-codes" if codes else "my-security", message=_("The passkey is added."))
    options = webauthn_auth.begin_registration(request.person, True)
    return _form(request, form, "identity/passkey.html", title=_("Add a passkey"), data={"creation_options": options})


@page("GET", "POST")
@freshly
def passkey_name(request: PageRequest, passkey_id: int) -> HttpResponseBase:
    key = _own(request, type=Type.WEBAUTHN, pk=passkey_id)
    form = NameForm(request.POST or None, initial={"name": key.wrap().name})
    if request.method == "POST" and form.is_valid():
        webauthn.rename_authenticator(request, key, form.cleaned_data["name"])
        return done(request, "my-security", message=_("The passkey has its new name."))
    return _form(request, form, title=_("Name the passkey"), submit=_("Save the name"))


@page("GET", "POST")
@freshly
def passkey_remove(request: PageRequest, passkey_id: int) -> HttpResponseBase:
    key = _own(request, type=Type.WEBAUTHN, pk=passkey_id)
    if request.method == "POST":
        webauthn.remove_authenticator(request, key)
        return done(request, "my-security", message=_("The passkey is removed."))
    title = _("Remove the passkey “%(name)s”?") % {"name": key.wrap().name}
    return _ask(request, title, _("It no longer signs you in. You may also have to delete it on the device."), _("Remove the passkey"))


@page("POST")
def session_end(request: PageRequest, session_id: int) -> HttpResponseBase:
    """Sign out one other browser."""
    if not operations.end_session(actor=request.actor, person=request.person, session_id=session_id, at=clock.now()):
        raise NotFound(_("There is nothing here with that id."))
    return done(request, "my-security", message=_("That browser is signed out."))


@page("POST")
def sessions_end(request: PageRequest) -> HttpResponseBase:
    """Sign out everywhere else."""
    operations.end_other_sessions(actor=request.actor, person=request.person, keep=request.session.session_key, at=clock.now())
    return done(request, "my-security", message=_("Everybody else is signed out."))


def _keep_only_this(request: PageRequest, person: Person) -> None:
    before = request.session.session_key or ""
    operations.end_other_sessions(actor=request.actor, person=person, keep=before, at=clock.now())
    update_session_auth_hash(request, person)  # this one goes on, under a new key
    after = request.session.session_key or ""
    UserSession.objects.filter(session_key=before).update(session_key=after)
    for move in registries.session_moves:
        move(before, after)


def _own(request: PageRequest, **wanted: Any) -> Authenticator:
    found = Authenticator.objects.filter(user_id=request.person.pk, **wanted).first()
    if found is None:
        raise NotFound(_("There is nothing here with that id."))
    return found


def _form(request: PageRequest, form: forms.Form, template: str = "portal/form.html", **context: Any) -> HttpResponseBase:
    shown = {"form": form, "cancel_url": reverse("my-security"), **context}
    return respond(request, template, None, shown, status=422 if form.errors else 200)


def _ask(request: PageRequest, title: str, says: str, confirm: str) -> HttpResponseBase:
    context = {
        "title": title, "says": says, "confirm": confirm, "action": request.path, "is_danger": True, "cancel_url": reverse("my-security"),
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context)
