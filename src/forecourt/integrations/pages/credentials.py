"""API keys of the account that a person works in (spec §6)."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch, refused_everywhere, require
from forecourt.access.api_scopes import ENTITIES, LEVELS
from forecourt.integrations import operations, queries
from forecourt.integrations.models import Credential
from forecourt.integrations.pages.webhooks import fetched_key, frame_of, manage_refused, teams_of
from forecourt.integrations.queries import CredentialFilter
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.registries import MenuEntry
from forecourt.operators.models import Operator
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, ask, done, explain, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.teams.models import Team

MENU = [MenuEntry("settings", gettext_lazy("API keys"), "api-keys", "key", Permission.INTEGRATION_READ, 40)]
STATES = ("active", "revoked")
TEN_MINUTES = 600  # seconds: the span of API_LARGEST_RATE


class CredentialForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Which program will use it."))
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams"), queryset=Team.objects.none(), required=False, help_text=gettext_lazy("None chosen: all teams.")
    )
    operators = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Sub-accounts"),
        queryset=Operator.objects.none(),
        required=False,
        help_text=gettext_lazy("None chosen: all Sub-accounts. The own account is always reached."),
    )
    rate_limit = forms.IntegerField(label=gettext_lazy("Requests"), min_value=1, initial=1000)
    rate_interval_seconds = forms.IntegerField(
        label=gettext_lazy("In how many seconds"),
        min_value=1,
        max_value=86_400,
        initial=600,
        help_text=gettext_lazy("Then counting begins anew."),
    )

    def __init__(self, *args: Any, operator: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].queryset = teams_of(operator)  # type: ignore[attr-defined]
        subs = Operator.objects.filter(organisation_id=operator.organisation_id, is_main=False, deleted_at=None)
        if operator.is_main and subs.exists():
            self.fields["operators"].queryset = subs.order_by("name")  # type: ignore[attr-defined]
        else:
            del self.fields["operators"]

    def clean(self) -> None:
        """An Admin may give a key at most what the installation allows."""
        limit, interval = self.cleaned_data.get("rate_limit"), self.cleaned_data.get("rate_interval_seconds")
        if limit and interval and limit * TEN_MINUTES > settings.API_LARGEST_RATE * interval:
            most = settings.API_LARGEST_RATE * interval // TEN_MINUTES
            self.add_error("rate_limit", _("This installation allows at most %(most)s requests in that time.") % {"most": most})

    def values(self) -> dict[str, Any]:
        """As the operations take them."""
        chosen = self.cleaned_data
        return {
            "name": chosen["name"],
            "team_ids": [team.pk for team in chosen["teams"]],
            "operator_ids": [operator.pk for operator in chosen.get("operators", ())],
            "rate_limit": chosen["rate_limit"],
            "rate_interval_seconds": chosen["rate_interval_seconds"],
        }


@page("GET")
def credential_list(request: PageRequest) -> HttpResponseBase:
    """Every API key of the accounts in view."""
    scope = require(request.actor, Permission.INTEGRATION_READ)
    filters = CredentialFilter(request.GET.get("q", "").strip(), request.GET.getlist("state"))
    rows = queries.credentials_within(scope, filters).filter(person=None)
    paging = paged(request, rows[: COUNT_LIMIT + 1].count())
    context = {
        "title": _("API keys"),
        "rows": rows[paging.offset : paging.offset + paging.size],
        "paging": paging,
        "chips": state_chips("api_key", STATES, chosen=filters.states),
        "create_refused": refused_everywhere(request.actor, Permission.INTEGRATION_MANAGE),
        "is_narrowed": bool(request.GET),
    }
    return respond(request, "integrations/credential_list.html", "rows", context)


@page("GET", "POST")
def credential_new(request: PageRequest) -> HttpResponseBase:
    """Create an API key. The answer to the POST shows the secret; it is written nowhere else."""
    require(request.actor, Permission.INTEGRATION_MANAGE)
    home = request.actor.operator_id or 0
    operator: Operator = fetch(Operator.objects.filter(deleted_at=None), actor=request.actor, id=home, needs=Permission.INTEGRATION_MANAGE)
    form = CredentialForm(request.POST or None, operator=operator)
    chosen = request.POST.getlist("scopes")
    if request.method == "POST" and form.is_valid():
        try:
            credential, secret = operations.create_credential(
                actor=request.actor, operator=operator, scopes=chosen, at=clock.now(), **form.values()
            )
            return _secret_page(request, credential, secret)
        except Invalid as error:
            explain(form, error)
    return _form(request, form, _("New API key"), _("Create the key"), reverse("api-keys"), chosen)


@page("GET", "POST")
def credential_edit(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """Name, scopes, reach and limit; in effect at the next request of the program."""
    credential = fetched_key(request, credential_id, Permission.INTEGRATION_MANAGE)
    now = {
        "name": credential.name,
        "teams": credential.team_ids,
        "operators": credential.operator_ids,
        "rate_limit": credential.rate_limit,
        "rate_interval_seconds": credential.rate_interval_seconds,
    }
    form = CredentialForm(request.POST or None, operator=credential.operator, initial=now)
    chosen = request.POST.getlist("scopes") if request.method == "POST" else credential.scopes
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_credential(
                actor=request.actor, credential=credential, scopes=chosen, at=clock.now(), **_with_reach(form, credential)
            )
            return done(request, "api-key", credential.pk, message=_("Saved. The key has its new rights at once."))
        except Invalid as error:
            explain(form, error)
    return _form(request, form, _("Edit %(name)s") % {"name": credential.name}, _("Save"), reverse("api-key", args=[credential.pk]), chosen)


def _with_reach(form: CredentialForm, credential: Credential) -> dict[str, Any]:
    """A form without the choice of Sub-accounts leaves it as it is."""
    return form.values() if "operators" in form.fields else form.values() | {"operator_ids": credential.operator_ids}


@page("GET")
def credential_detail(request: PageRequest, credential_id: int) -> HttpResponseBase:
    credential = fetched_key(request, credential_id, Permission.INTEGRATION_READ)
    return respond(request, "integrations/credential_detail.html", None, _context(request, credential))


@page("GET", "POST")
def credential_secret(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """A new secret; the old one is good for a day more, unless it leaked."""
    credential = fetched_key(request, credential_id, Permission.INTEGRATION_MANAGE)
    form = LeakedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        leaked = form.cleaned_data["leaked"]
        secret = operations.regenerate_secret(actor=request.actor, credential=credential, at=clock.now(), ends_old_at_once=leaked)
        return _secret_page(request, credential, secret)
    says = _("The program can use the old secret for 24 hours more, so that you can change it without a pause.")
    title, cancel = _("New secret for %(name)s?") % {"name": credential.name}, reverse("api-key", args=[credential.pk])
    return ask(request, title, says, _("Make a new secret"), cancel=cancel, is_danger=False, form=form)


@page("GET", "POST")
def credential_revoke(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """End a key for good."""
    credential = fetched_key(request, credential_id, Permission.INTEGRATION_MANAGE)
    if request.method == "POST":
        operations.revoke_credential(actor=request.actor, credential=credential, at=clock.now())
        return done(request, "api-key", credential_id, message=_("The key is revoked. Its tokens stopped working."))
    says = _("Its tokens stop working at once, and the program that uses it with them. This cannot be undone.")
    title, cancel = _("Revoke %(name)s?") % {"name": credential.name}, reverse("api-key", args=[credential_id])
    return ask(request, title, says, _("Revoke the key"), cancel=cancel)


class LeakedForm(forms.Form):
    leaked = forms.BooleanField(label=gettext_lazy("The old secret leaked: end it and every token now"), required=False)


def _form(request: PageRequest, form: CredentialForm, title: str, submit: str, cancel_url: str, chosen: list[str]) -> HttpResponseBase:
    context = {"title": title, "form": form, "submit": submit, "cancel_url": cancel_url, "matrix": _matrix(chosen)}
    return respond(request, "integrations/credential_form.html", None, context, status=422 if form.errors else 200)


def _secret_page(request: PageRequest, credential: Credential, secret: str) -> HttpResponseBase:
    credential.refresh_from_db()
    return respond(request, "integrations/credential_detail.html", None, _context(request, credential) | {"secret": secret})


def _context(request: PageRequest, credential: Credential) -> dict[str, Any]:
    return frame_of(request, credential) | {"actions_given": _actions(request, credential), "facts": _facts(credential)}


def _facts(credential: Credential) -> list[tuple[str, Any]]:
    until = credential.previous_secret_until
    reach = queries.reach_of(credential)
    return [
        (_("Client ID"), credential.client_id),
        (_("Account"), credential.operator.name),
        (_("Scopes"), ", ".join(credential.scopes) or _("none: it can do nothing")),
        (_("Sub-accounts"), (", ".join(reach.operators) or _("all")) if credential.operator.is_main else None),
        (_("Teams"), ", ".join(reach.teams) or _("all")),
        (_("Limit"), _("%(count)s requests in %(seconds)s s") % _limit(credential)),
        (_("Created"), credential.created_at),
        (_("Last token"), credential.last_used_at or _("never used")),
        (_("The old secret is good until"), until if until and until > clock.now() else None),
        (_("Revoked"), credential.revoked_at),
    ]


def _actions(request: PageRequest, credential: Credential) -> list[Action]:
    why = manage_refused(request.actor, credential)
    return [
        Action(_("Edit"), reverse("api-key-edit", args=[credential.pk]), "pencil", disabled=why),
        Action(_("New secret"), reverse("api-key-secret", args=[credential.pk]), "refresh", asks=True, disabled=why),
        Action(_("Revoke"), reverse("api-key-revoke", args=[credential.pk]), "ban", asks=True, is_danger=True, disabled=why),
    ]


def _limit(credential: Credential) -> dict[str, int]:
    return {"count": credential.rate_limit, "seconds": credential.rate_interval_seconds}


def _matrix(chosen: list[str]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """One row per entity: (scope, level, chosen) for each level."""
    rows = [(entity, [(f"{entity}:{level}", level, f"{entity}:{level}" in chosen) for level in LEVELS]) for entity in ("all", *ENTITIES)]
    return [*rows, ("operators", [("operators", "read", "operators" in chosen)])]
