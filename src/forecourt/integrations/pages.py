"""API keys of the account that a person works in (spec §6)."""

from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Permission, fetch, require
from forecourt.access.api_scopes import ENTITIES, LEVELS
from forecourt.integrations import operations, queries
from forecourt.integrations.models import Credential
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.kit.registries import MenuEntry
from forecourt.operators.models import Operator
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.teams.models import Team

MENU = [MenuEntry("settings", gettext_lazy("API keys"), "api-keys", "key", Permission.INTEGRATION_MANAGE, 40)]


class CredentialForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Which program will use it."))
    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams"), queryset=Team.objects.none(), required=False, help_text=gettext_lazy("None chosen: all teams.")
    )

    def __init__(self, *args: Any, operator: Operator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owned = {"organisation_id": operator.organisation_id} if operator.is_main else {"operator_id": operator.pk}
        self.fields["teams"].queryset = Team.objects.filter(deleted_at=None, **owned).order_by("name")  # type: ignore[attr-defined]


@page("GET")
def credential_list(request: PageRequest) -> HttpResponseBase:
    """Every API key of the accounts where the person may manage them."""
    scope = require(request.actor, Permission.INTEGRATION_MANAGE)
    return respond(request, "integrations/credential_list.html", "rows", {"title": _("API keys"), "rows": queries.credentials(scope)})


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
                actor=request.actor, operator=operator, name=form.cleaned_data["name"], scopes=chosen, at=clock.now(),
                team_ids=[team.pk for team in form.cleaned_data["teams"]],
            )  # fmt: skip
            return _secret_page(request, credential, secret)
        except Invalid as error:
            for field, message in error.fields.items():
                form.add_error(field if field in form.fields else None, message)
    context = {
        "title": _("New API key"),
        "form": form,
        "submit": _("Create the key"),
        "cancel_url": reverse("api-keys"),
        "matrix": _matrix(chosen),
    }
    return respond(request, "integrations/credential_form.html", None, context)


@page("GET", "POST")
def credential_detail(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """One API key; a POST gives it a new secret."""
    credential = _fetched(request, credential_id)
    if request.method == "POST":
        return _secret_page(request, credential, operations.regenerate_secret(actor=request.actor, credential=credential, at=clock.now()))
    return respond(request, "integrations/credential_detail.html", None, _context(credential))


@page("POST")
def credential_revoke(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """End a key for good."""
    operations.revoke_credential(actor=request.actor, credential=_fetched(request, credential_id), at=clock.now())
    return done(request, "api-key", credential_id, message=_("The key is revoked. Its tokens stopped working."))


def _fetched(request: PageRequest, id: int) -> Credential:
    rows = Credential.objects.select_related("operator", "person")
    credential: Credential = fetch(rows, actor=request.actor, id=id, needs=Permission.INTEGRATION_MANAGE)
    return credential


def _secret_page(request: PageRequest, credential: Credential, secret: str) -> HttpResponseBase:
    response = respond(request, "integrations/credential_detail.html", None, _context(credential) | {"secret": secret})
    response.headers["Cache-Control"] = "no-store"
    return response


def _context(credential: Credential) -> dict[str, Any]:
    return {
        "title": credential.name,
        "credential": credential,
        "crumbs": [(_("API keys"), reverse("api-keys"))],
        "facts": [
            (_("Client ID"), credential.client_id),
            (_("Account"), credential.operator.name),
            (_("Person"), credential.person.display_name if credential.person else None),
            (_("Scopes"), ", ".join(credential.scopes) or _("none: it can do nothing")),
            (_("Teams"), ", ".join(str(id) for id in credential.team_ids) or _("all")),
            (_("Limit"), _("%(count)s requests in %(seconds)s s") % _limit(credential)),
        ],
    }


def _limit(credential: Credential) -> dict[str, int]:
    return {"count": credential.rate_limit, "seconds": credential.rate_interval_seconds}


def _matrix(chosen: list[str]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """One row per entity: (scope, level, chosen) for each level."""
    rows = [(entity, [(f"{entity}:{level}", level, f"{entity}:{level}" in chosen) for level in LEVELS]) for entity in ("all", *ENTITIES)]
    return [*rows, ("operators", [("operators", "read", "operators" in chosen)])]
