"""The webhook of an API key: where changes are sent, how that goes, and what was sent (partner API §10)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor, Permission, fetch, lacks_here, may
from forecourt.integrations import delivery, operations, queries, rules
from forecourt.integrations.models import Credential, WebhookConfig, WebhookEntry
from forecourt.integrations.queries import webhooks as kept
from forecourt.integrations.secrets import headers_of, is_readable
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.kit.secrets import new_secret
from forecourt.operators.models import Operator
from forecourt.portal.chips import state_chips
from forecourt.portal.menu import Link
from forecourt.portal.pages import PageRequest, ask, done, explain, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT
from forecourt.teams.models import Team

READ, MANAGE = Permission.INTEGRATION_READ, Permission.INTEGRATION_MANAGE
STATES = tuple(WebhookEntry.State.values)


def teams_of(operator: Operator) -> QuerySet[Team]:
    """The teams that a key of the account may be given: a Main account's keys reach its Sub-accounts' too."""
    owned = {"organisation_id": operator.organisation_id} if operator.is_main else {"operator_id": operator.pk}
    return Team.objects.filter(deleted_at=None, **owned).order_by("name")


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=rules.URL_LENGTH,
        help_text=gettext_lazy("Begins with https:// and is reached from the internet."),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret"), required=False, strip=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    event_types = forms.MultipleChoiceField(
        label=gettext_lazy("What is told"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    headers = forms.CharField(
        label=gettext_lazy("Headers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, like “X-Customer: 42”; at most five."),
    )
    is_for_all = forms.BooleanField(label=gettext_lazy("Of all teams that the key reaches"), required=False)
    team_ids = forms.ModelMultipleChoiceField(label=gettext_lazy("Only of these teams"), queryset=Team.objects.none(), required=False)

    def __init__(self, *args: Any, credential: Credential, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team_ids"].queryset = kept.teams_reached(credential).order_by("name")  # type: ignore[attr-defined]
        kinds = kept.types_told() | set(self.initial.get("event_types", ()))  # one that was set by API stays
        names = [(name, name) for name in rules.EVENT_TYPES if name in kinds]
        self.fields["event_types"].choices = [(rules.EVERY_TYPE, _("Everything")), *names]  # type: ignore[attr-defined]
        stays = (
            _("16 to 191 characters. Empty: one is made and shown once.")
            if is_new
            else _(
                "16 to 191 characters. Empty: it stays as it is. After a change the one before signs too for 24 hours, beside the new one in “webhook-signature”."
            )
        )
        self.fields["secret"].help_text = stays

    def clean_headers(self) -> dict[str, str]:
        lines = [line.partition(":") for line in self.cleaned_data["headers"].splitlines() if line.strip()]
        names = [name.strip().lower() for name, _colon, _value in lines]
        if not all(colon for _name, colon, _value in lines) or len(set(names)) < len(names):
            raise forms.ValidationError(_("One header a line, each once: a name, a colon, a value."))
        return {name.strip(): value.strip() for name, _colon, value in lines}

    def clean(self) -> None:
        if not self.cleaned_data.get("is_for_all") and not self.cleaned_data.get("team_ids") and "team_ids" not in self.errors:
            self.add_error("team_ids", _("Choose at least one."))


@page("GET")
def webhook(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """State, configuration and delivery log of the key's webhook."""
    credential = fetched_key(request, credential_id, READ)
    config = kept.config_of(credential)
    chosen = [value for value in request.GET.getlist("state") if value in STATES]
    event_type = request.GET.get("type", "")
    event_type = event_type if event_type in rules.EVENT_TYPES else ""
    entries = (
        kept.entries_of(config, states=chosen, event_types=[event_type] if event_type else []) if config else WebhookEntry.objects.none()
    )
    paging = paged(request, entries[: COUNT_LIMIT + 1].count())
    context = _frame(request, credential) | {
        "config": config,
        "is_readable": config is None or is_readable(config),
        "facts": _facts(config) if config else [],
        "rows": entries[paging.offset : paging.offset + paging.size],
        "paging": paging,
        "chips": state_chips("webhook_entry", STATES, chosen=chosen),
        "types": [(name, name) for name in rules.EVENT_TYPES],
        "type": event_type,
        "waiting": kept.pending_count(config) if config else 0,
        "has_failed": config is not None and kept.entries_of(config, states=["failed"]).exists(),
    }
    return respond(request, "integrations/webhook.html", "rows", context)


@page("GET", "POST")
def webhook_edit(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """Set the webhook up, or change it. A secret that was made is shown in the answer and nowhere else."""
    credential = fetched_key(request, credential_id, MANAGE)
    config = kept.config_of(credential)
    has_secret = config is not None and is_readable(config)
    form = WebhookForm(request.POST or None, credential=credential, is_new=not has_secret, initial=_initial(config))
    if request.method == "POST" and form.is_valid():
        secret = form.cleaned_data["secret"] or (None if has_secret else new_secret(40))
        try:
            operations.configure_webhook(actor=request.actor, credential=credential, wanted=_wanted(form, secret), at=clock.now())
        except Invalid as error:
            explain(form, error)
        else:
            if secret and not form.cleaned_data["secret"]:
                return respond(request, "integrations/webhook_made.html", None, _frame(request, credential) | {"secret": secret})
            return done(request, "api-key-webhook", credential.pk, message=_("The webhook is saved and on."))
    context = {
        "title": _("Webhook of %(name)s") % {"name": credential.name},
        "form": form,
        "submit": _("Save and switch on"),
        "cancel_url": reverse("api-key-webhook", args=[credential.pk]),
    }
    return respond(request, "portal/form.html", None, context, status=422 if form.errors else 200)


@page("POST")
def webhook_test(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """Send a signed delivery that says nothing, and tell what came back."""
    outcome = delivery.send_test(_config(request, credential_id), at=clock.now())
    if outcome.is_delivered:
        return done(request, "api-key-webhook", credential_id, message=_("The receiver answered %(status)s.") % {"status": outcome.status})
    said = outcome.error or _("The receiver answered %(status)s.") % {"status": outcome.status}
    return done(
        request, "api-key-webhook", credential_id, message=_("The test did not arrive. %(said)s") % {"said": said}, level=messages.ERROR
    )


@page("POST")
def webhook_on(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """Deliver again, beginning with what is kept."""
    operations.switch_on(actor=request.actor, config=_config(request, credential_id), at=clock.now())
    return done(request, "api-key-webhook", credential_id, message=_("The webhook is on. What is kept is sent first."))


@page("POST")
def webhook_replay(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """Send everything again that was given up."""
    count = operations.replay(actor=request.actor, config=_config(request, credential_id), at=clock.now())
    return done(request, "api-key-webhook", credential_id, message=_("Waiting to be sent again: %(count)s.") % {"count": count})


@page("GET", "POST")
def webhook_delete(request: PageRequest, credential_id: int) -> HttpResponseBase:
    """Delete the webhook with everything that waits for it."""
    config = _config(request, credential_id)
    back = reverse("api-key-webhook", args=[credential_id])
    if request.method == "POST":
        operations.delete_webhook(actor=request.actor, config=config)
        return done(request, back, message=_("The webhook is deleted."))
    says = _("What waits is not sent any more, and the delivery log goes with it. This cannot be undone.")
    return ask(request, _("Delete this webhook?"), says, _("Delete"), cancel=back)


@page("GET", "POST")
def webhook_entry(request: PageRequest, credential_id: int, entry_id: int) -> HttpResponseBase:
    """One entry: what is sent, how that went; a POST sends it again."""
    credential = _living_key(request, credential_id) if request.method == "POST" else fetched_key(request, credential_id, READ)
    config = kept.config_of(credential)
    entry = kept.entries_of(config).filter(pk=entry_id).first() if config else None
    if config is None or entry is None:
        raise NotFound(_("There is nothing here with that id."))
    here = reverse("api-key-webhook-entry", args=[credential_id, entry_id])
    if request.method == "POST":
        operations.replay(actor=request.actor, config=config, at=clock.now(), entry_id=entry.pk)
        return done(request, here, message=_("It waits to be sent again."))
    context = {
        "title": f"{entry.entity_type} {entry.entity_id}: {entry.change}",
        "crumbs": [
            (credential.name, reverse("api-key", args=[credential_id])),
            (_("Webhook"), reverse("api-key-webhook", args=[credential_id])),
        ],
        "entry": entry,
        "facts": _entry_facts(entry),
        "manage_refused": manage_refused(request.actor, credential),
    }
    return respond(request, "integrations/webhook_entry.html", None, context)


def tabs_of(request: PageRequest, credential: Credential) -> list[Link]:
    """The two sides of a key: the key, and its webhook."""
    name = request.resolver_match.url_name if request.resolver_match else None
    pages = (("api-key", _("API key")), ("api-key-webhook", _("Webhook")))
    return [Link(label, reverse(url, args=[credential.pk]), is_current=name == url) for url, label in pages]


def manage_refused(actor: Actor, credential: Credential) -> str:
    """Why nothing of this key can be changed; empty where it can."""
    if credential.revoked_at:
        return _("This key was revoked and cannot be used again.")
    is_allowed = may(Credential.objects, actor=actor, id=credential.pk, needs=MANAGE)
    return "" if is_allowed else lacks_here(MANAGE)


def frame_of(request: PageRequest, credential: Credential) -> dict[str, Any]:
    """What every page of a key shows above its own part."""
    return {
        "title": credential.name,
        "credential": credential,
        "state": queries.state_of(credential),
        "crumbs": [(_("API keys"), reverse("api-keys"))],
        "tabs": tabs_of(request, credential),
    }


def _frame(request: PageRequest, credential: Credential) -> dict[str, Any]:
    return frame_of(request, credential) | {"manage_refused": manage_refused(request.actor, credential)}


def _facts(config: WebhookConfig) -> list[tuple[str, Any]]:
    until = config.previous_secret_until
    return [
        (_("Address"), config.url),
        (_("What is told"), ", ".join(config.event_types).replace(rules.EVERY_TYPE, _("everything"))),
        (_("Headers"), ", ".join(headers_of(config.headers_encrypted)) or None if is_readable(config) else None),
        (_("Teams"), _("all that the key reaches") if config.team_ids is None else len(config.team_ids)),
        (_("Secret set"), config.secret_set_at),
        (_("The old secret is good until"), until if until and until > clock.now() else None),
        (_("On since"), None if config.switched_off_at else config.enabled_at),
        (_("Failing since"), config.failing_since),
        (_("Next try"), config.next_try_at if config.failing_since and not config.switched_off_at else None),
    ]


def _entry_facts(entry: WebhookEntry) -> list[tuple[str, Any]]:
    return [
        (_("Happened"), entry.event_time),
        (_("Tries"), entry.attempts),
        (_("Last try"), entry.last_tried_at),
        (_("Answer"), entry.last_status),
        (_("Error"), entry.error or None),
        (_("Closed"), entry.closed_at),
    ]


def _initial(config: WebhookConfig | None) -> dict[str, Any]:
    if config is None:
        return {"event_types": [rules.EVERY_TYPE], "is_for_all": True}
    headers = headers_of(config.headers_encrypted) if is_readable(config) else {}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return {"url": config.url, "event_types": config.event_types, "headers": "\n".join(lines)} | {
        "is_for_all": config.team_ids is None, "team_ids": config.team_ids,
    }  # fmt: skip


def _wanted(form: WebhookForm, secret: str | None) -> operations.Wanted:
    given = form.cleaned_data
    teams = None if given["is_for_all"] else [team.pk for team in given["team_ids"]]
    return operations.Wanted(given["url"], secret, given["event_types"], given["headers"], teams)


def fetched_key(request: PageRequest, id: int, needs: Permission) -> Credential:
    """Of the account itself: a person's own key is theirs alone (`own_keys`), or whoever gave it a new secret could act as them."""
    rows = Credential.objects.filter(person=None).select_related("operator")
    credential: Credential = fetch(rows, actor=request.actor, id=id, needs=needs)
    return credential


def _config(request: PageRequest, credential_id: int) -> WebhookConfig:
    """
    The webhook, for somebody who may manage it.

    :raises NotFound: if the key has none, or as `access.fetch`.
    :raises Revoked: if the key was ended.
    """
    config = kept.config_of(_living_key(request, credential_id))
    if config is None:
        raise NotFound(_("This key has no webhook."))
    return config


def _living_key(request: PageRequest, credential_id: int) -> Credential:
    credential = fetched_key(request, credential_id, MANAGE)
    if credential.revoked_at:
        raise operations.Revoked(_("This key was revoked and cannot be used again."))
    return credential
