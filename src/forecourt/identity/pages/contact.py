"""Changing e-mail and phone: ask again who it is, then a code to the new one."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.identity import operations, throttles
from forecourt.identity.operations.contact import asked_for, pending
from forecourt.identity.pages.again import freshly
from forecourt.kit import clock, registries
from forecourt.kit.errors import Forbidden, Invalid
from forecourt.portal.pages import PageRequest, done, explain, page, respond

KINDS = ("email", "phone")


class EmailForm(forms.Form):
    address = forms.CharField(label=gettext_lazy("New e-mail address"), widget=forms.EmailInput({"autocomplete": "email"}), max_length=254)


class PhoneForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("New phone number"),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
        help_text=gettext_lazy("With country code, like +45 12 34 56 78."),
        max_length=30,
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=12, widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"})
    )


@page("GET", "POST")
@freshly
def contact_edit(request: PageRequest, kind: str) -> HttpResponseBase:
    """Ask for the new address and send it a code."""
    if kind not in KINDS:
        raise Http404
    if kind == "email" and (kept := registries.address_kept(request.person)):
        raise Forbidden(kept)
    form = (EmailForm if kind == "email" else PhoneForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address, at = form.cleaned_data["address"], clock.now()
        throttles.take(throttles.SEND_CODE, request.person.pk, address, at=at)
        try:
            operations.offer_code(actor=request.actor, kind=kind, address=address, person=request.person, at=at)
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, "my-contact-code", kind, message=_("A code is on its way."))
    context = {
        "title": _("Change e-mail address") if kind == "email" else _("Change phone number"),
        "form": form,
        "submit": _("Send the code"),
        "cancel_url": reverse("my-account"),
    }
    return respond(request, "portal/form.html", None, context, status=422 if form.errors else 200)


@page("GET", "POST")
@freshly
def contact_code(request: PageRequest, kind: str) -> HttpResponseBase:
    """Take the code; five tries in ten minutes."""
    if kind not in KINDS:
        raise Http404
    if kind == "email" and (kept := registries.address_kept(request.person)):
        raise Forbidden(kept)
    at = clock.now()
    code = pending(request.person, kind, at=at)
    address = asked_for(code)["address"]
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        throttles.take(throttles.TRY_CODE, request.person.pk, at=at)
        digits = form.cleaned_data["code"]
        if operations.redeem_code(kind=kind, code_id=code.pk, digits=digits, person=request.person, at=at):
            return _changed(request, kind, address)
        code.refresh_from_db()
        form.add_error("code", _wrong(code.tries_left))
    context: dict[str, Any] = {
        "title": _("Type in the code"),
        "form": form,
        "address": address,
        "submit": _("Confirm"),
        "cancel_url": reverse("my-account"),
        "again_url": reverse("my-contact", args=[kind]),
    }
    return respond(request, "identity/code.html", None, context, status=422 if form.errors else 200)


@page("GET", "POST")
@freshly
def phone_remove(request: PageRequest) -> HttpResponseBase:
    """Take the phone number away, after asking."""
    if request.person.phone is None:
        return done(request, "my-account")
    if request.method == "POST":
        operations.remove_phone(actor=request.actor, person=request.person, at=clock.now())
        return done(request, "my-account", message=_("Your phone number is gone."))
    context = {
        "title": _("Remove your phone number?"),
        "says": _("Invitations by phone no longer find you. You can add a number again at any time."),
        "confirm": _("Remove the number"), "action": request.path, "is_danger": True, "cancel_url": reverse("my-account"),
    }  # fmt: skip
    return respond(request, "portal/dialog.html", "dialog", context)


def _changed(request: PageRequest, kind: str, address: str) -> HttpResponseBase:
    if kind == "email":
        operations.change_email(actor=request.actor, person=request.person, email=address, at=clock.now())
        return done(request, "my-account", message=_("Your e-mail address is changed."))
    operations.change_phone(actor=request.actor, person=request.person, phone=address, at=clock.now())
    return done(request, "my-account", message=_("Your phone number is changed."))


def _wrong(tries_left: int) -> str:
    if tries_left:
        return _("This is not the code. Look at it again.")
    return _("That was wrong too often. Ask for a new code.")
