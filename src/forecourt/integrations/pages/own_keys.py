"""A person's own API keys: a card of My Account, and the pages to make and revoke one."""

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.identity.models import Person
from forecourt.identity.pages.again import freshly
from forecourt.integrations.models import Credential
from forecourt.integrations.operations.own_keys import create_own_key, revoke_own_key
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.portal.pages import PageRequest, ask, done, explain, page, respond

SCOPES = (
    ("charge-points", gettext_lazy("See your charge points")),
    ("charge-transactions", gettext_lazy("See your charges")),
    ("control-charging", gettext_lazy("Start and stop charging")),
    ("wallet-transactions", gettext_lazy("See your wallet")),
    ("all", gettext_lazy("All of this")),
)


class KeyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Which program will use it."))
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"), choices=SCOPES, widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("It acts as you, and never does more than you may."),
    )  # fmt: skip


def own_keys(request: HttpRequest) -> str:
    """The card: the keys that live, the newest first. One query."""
    person: Person = request.person  # type: ignore[attr-defined]
    keys = Credential.objects.filter(person=person, revoked_at=None).order_by("-pk")
    return render_to_string("integrations/_own_keys.html", {"keys": list(keys)}, request=request)


CARDS = [("my_account", own_keys)]


@page("GET", "POST")
@freshly
def own_key_new(request: PageRequest) -> HttpResponseBase:
    """Make a key. The answer to the POST shows the secret; it is written nowhere else."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            credential, secret = create_own_key(actor=request.actor, person=request.person, at=clock.now(), **form.cleaned_data)
        except Invalid as error:
            explain(form, error)
        else:
            context = {"title": credential.name, "credential": credential, "secret": secret, "crumbs": _crumbs()}
            return respond(request, "integrations/own_key_made.html", None, context)
    context = {
        "title": _("New API key"),
        "form": form,
        "submit": _("Create the key"),
        "cancel_url": reverse("my-account"),
        "crumbs": _crumbs(),
    }
    return respond(request, "portal/form.html", None, context, status=422 if form.errors else 200)


@page("GET", "POST")
def own_key_revoke(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """End one for good, after asking."""
    credential = Credential.objects.filter(person=request.person, pk=credential_id, revoked_at=None).first()
    if credential is None:
        raise NotFound(_("There is nothing here with that id."))
    if request.method == "POST":
        revoke_own_key(actor=request.actor, person=request.person, credential=credential, at=clock.now())
        return done(request, "my-account", message=_("The key is revoked. Its tokens stopped working."))
    says = _("Its tokens stop working at once, and the program that uses it with them. This cannot be undone.")
    return ask(request, _("Revoke %(name)s?") % {"name": credential.name}, says, _("Revoke the key"), cancel=reverse("my-account"))


def _crumbs() -> list[tuple[str, str]]:
    return [(_("My Account"), reverse("my-account"))]
