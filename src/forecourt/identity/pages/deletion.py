"""Asking for one's account to be deleted."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.identity import operations, throttles
from forecourt.identity.pages.again import freshly
from forecourt.kit import clock
from forecourt.portal.pages import PageRequest, done, page, respond


class DeletionForm(forms.Form):
    """The word is the reader's own; a password once more where there is one, a code otherwise (`freshly`)."""

    word = forms.CharField(label=gettext_lazy("Type DELETE to confirm"), widget=forms.TextInput({"autocomplete": "off"}))
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput({"autocomplete": "current-password"}))

    def __init__(self, *args: Any, request: PageRequest) -> None:
        super().__init__(*args)
        self.person = request.person
        if not self.person.has_password:
            del self.fields["password"]

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        if word.strip().upper() != _("DELETE"):
            raise forms.ValidationError(_("Type the word exactly: DELETE."))
        return word

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.person, password):
            raise forms.ValidationError(_("This is not your password."))
        return password


@page("GET", "POST")
@freshly
def deletion(request: PageRequest) -> HttpResponseBase:
    """What stands in the way, one by one; if nothing does, the request."""
    reasons = operations.objections(request.person.pk)
    form = DeletionForm(request.POST or None, request=request)
    if request.method == "POST":
        throttles.take(throttles.CONFIRM, request.person.pk, at=clock.now())
        if not reasons and form.is_valid():
            operations.ask_for_erasure(actor=request.actor, person=request.person, at=clock.now())
            get_adapter(request).logout(request)
            return done(request, "account_login", message=_("Your account will be deleted. Sign in before then to keep it."))
    days = settings.ERASURE_GRACE.days
    context = {
        "title": _("Delete your account"),
        "reasons": reasons,
        "form": form,
        "grace": ngettext("%(n)d day", "%(n)d days", days) % {"n": days},
        "cancel_url": reverse("my-account"),
        "crumbs": [(_("My Account"), reverse("my-account"))],
    }
    return respond(request, "identity/deletion.html", None, context, status=422 if form.errors else 200)
