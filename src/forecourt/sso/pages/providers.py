"""Setting a provider up: its values, a test sign-in, on and off."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, refused_everywhere
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, ask, done, explain, page, respond
from forecourt.sso.models import EmailDomain, IdentityProvider, SsoAttempt
from forecourt.sso.operations import providers, signing_in
from forecourt.sso.pages.entrance import browser_of
from forecourt.sso.pages.frame import crumbs, form_page, main_account, provider_of


class ProviderForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("People read it when they sign in."))
    kind = forms.ChoiceField(label=gettext_lazy("Identity provider"), choices=IdentityProvider.Kind.choices)
    issuer = forms.CharField(
        label=gettext_lazy("Issuer"), max_length=255, help_text=gettext_lazy("The address before /.well-known/openid-configuration.")
    )
    tenant_id = forms.CharField(label=gettext_lazy("Tenant ID"), max_length=64, required=False, help_text=gettext_lazy("Microsoft only."))
    client_id = forms.CharField(label=gettext_lazy("Client ID"), max_length=255)
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"), required=False, widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=gettext_lazy("Kept encrypted and never shown again. Empty: it stays as it is."),
    )  # fmt: skip
    groups_claim = forms.CharField(
        label=gettext_lazy("Claim with the groups"), max_length=80, initial="groups", required=False,
        help_text=gettext_lazy("Only needed if groups bring roles."),
    )  # fmt: skip
    creates_people = forms.BooleanField(
        label=gettext_lazy("Make an account, without a role, for whoever comes for the first time"), required=False, initial=True
    )
    password_also = forms.BooleanField(label=gettext_lazy("Passwords work too (dual login)"), required=False)
    asks_second_factor = forms.BooleanField(
        label=gettext_lazy("It asks everybody for a second factor"), required=False,
        help_text=gettext_lazy("Its sign-in is then enough where your accounts require a second factor. Not needed if its tokens say so (amr)."),
    )  # fmt: skip


@page("GET", "POST")
def provider_new(request: PageRequest) -> HttpResponseBase:
    operator = main_account(request, Permission.SSO_MANAGE)
    form = ProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = providers.save_provider(actor=request.actor, operator=operator, at=clock.now(), **form.cleaned_data)
            return done(request, "sso-provider", row.pk, message=_("Saved. Enter the redirect address there, then test the sign-in."))
        except Invalid as error:
            explain(form, error)
    return form_page(request, form, _("New identity provider"), _("Save"), crumbs=crumbs())


@page("GET", "POST")
def provider_edit(request: PageRequest, provider_id: int) -> HttpResponseBase:
    row = provider_of(request, provider_id)
    form = ProviderForm(
        request.POST or None, initial={name: getattr(row, name) for name in ProviderForm.base_fields if name != "client_secret"}
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = providers.save_provider(actor=request.actor, operator=row.operator, provider=row, at=clock.now(), **form.cleaned_data)
            says = _("Saved.") if row.tested_at else _("Saved. It is switched off until you test it again.")
            return done(request, "sso-provider", row.pk, message=says)
        except Invalid as error:
            explain(form, error)
    cancel = reverse("sso-provider", args=[row.pk])
    return form_page(request, form, _("Edit %(name)s") % {"name": row.name}, _("Save"), cancel=cancel, crumbs=crumbs((row.name, cancel)))


@page("GET")
def provider_detail(request: PageRequest, provider_id: int) -> HttpResponseBase:
    """What to enter at the provider, and which step is next."""
    row = provider_of(request, provider_id, Permission.SSO_READ)
    proved = EmailDomain.objects.filter(provider=row, verified_at__isnull=False, deleted_at=None)
    context = {
        "title": row.name,
        "crumbs": crumbs(),
        "provider": row,
        "facts": _facts(row, list(proved.values_list("domain", flat=True))),
        "has_domain": proved.exists(),
        "actions_given": _actions(request, row),
        "addresses": [
            (_("Redirect address (callback)"), signing_in.redirect_uri(row)),
            (_("Back-channel logout address"), signing_in.redirect_uri(row).replace("/callback/", "/logout/")),
        ],
        "manage_refused": refused_everywhere(request.actor, Permission.SSO_MANAGE),
    }
    return respond(request, "sso/provider.html", None, context)


def _facts(row: IdentityProvider, proved: list[str]) -> list[tuple[str, Any]]:
    return [
        (_("Identity provider"), row.get_kind_display()),
        (_("Issuer"), row.issuer),
        (_("Tenant ID"), row.tenant_id or None),
        (_("Client ID"), row.client_id),
        (_("Proved domains"), ", ".join(proved) or _("none yet")),
        (_("Passwords"), _("work too") if row.password_also else _("only for named Admins")),
        (_("New people"), _("get an account without a role") if row.creates_people else _("are refused")),
        (_("Second factor"), _("asked for there, of everybody") if row.asks_second_factor else _("only if its tokens say so")),
        (_("Tested"), row.tested_at or _("not yet")),
    ]


def _actions(request: PageRequest, row: IdentityProvider) -> list[Action]:
    why = refused_everywhere(request.actor, Permission.SSO_MANAGE)
    switch = _("Switch off") if row.is_active else _("Switch on")
    return [
        Action(_("Edit"), reverse("sso-provider-edit", args=[row.pk]), "pencil", disabled=why),
        Action(switch, reverse("sso-provider-switch", args=[row.pk]), "power", asks=True, disabled=why),
        Action(_("Remove"), reverse("sso-provider-remove", args=[row.pk]), "trash", asks=True, is_danger=True, disabled=why),
    ]


@page("POST")
def provider_test(request: PageRequest, provider_id: int) -> HttpResponseBase:
    """A sign-in as people will do it, which signs nobody in."""
    row = provider_of(request, provider_id)
    address = signing_in.begin(
        actor=request.actor, provider=row, kind=SsoAttempt.Kind.TEST, browser=browser_of(request), next_url="", at=clock.now()
    )
    return respond(request, "sso/hop.html", None, {"title": _("Test the sign-in"), "goes_to": address, "provider": row})


@page("GET", "POST")
def provider_switch(request: PageRequest, provider_id: int) -> HttpResponseBase:
    row, at = provider_of(request, provider_id), clock.now()
    cancel = reverse("sso-provider", args=[row.pk])
    if request.method == "POST":
        if row.is_active:
            providers.switch_off(actor=request.actor, provider=row, at=at)
            return done(request, "sso-provider", row.pk, message=_("Switched off. Passwords work again."))
        providers.switch_on(actor=request.actor, provider=row, at=at)
        return done(request, "sso-provider", row.pk, message=_("Switched on. People of its domains sign in through it from now on."))
    if row.is_active:
        says = _("People of its domains sign in with their password again. Who has none asks for a link to set one.")
        return ask(request, _("Switch %(name)s off?") % {"name": row.name}, says, _("Switch off"), cancel=cancel)
    says = _("Passwords of the people of its domains stop working, unless you allow dual login. Name an Admin who keeps theirs first.")
    return ask(request, _("Switch %(name)s on?") % {"name": row.name}, says, _("Switch on"), cancel=cancel, is_danger=False)


@page("GET", "POST")
def provider_remove(request: PageRequest, provider_id: int) -> HttpResponseBase:
    row = provider_of(request, provider_id)
    if request.method == "POST":
        providers.remove_provider(actor=request.actor, provider=row, at=clock.now())
        return done(request, "sso", message=_("The identity provider is removed."))
    says = _("Its links to people are deleted, and they sign in with a password again. This cannot be undone.")
    cancel = reverse("sso-provider", args=[row.pk])
    return ask(request, _("Remove %(name)s?") % {"name": row.name}, says, _("Remove"), cancel=cancel)
