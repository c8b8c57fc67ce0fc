"""Setting up webhooks, and sending kept entries again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.integrations import rules
from forecourt.integrations.models import Credential, WebhookConfig, WebhookEntry
from forecourt.integrations.operations.credentials import Revoked
from forecourt.integrations.queries.webhooks import teams_reached
from forecourt.integrations.secrets import previous_secret_of, sealed_headers, sealed_secret
from forecourt.kit import outside
from forecourt.kit.errors import Invalid
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation


@dataclass(frozen=True, slots=True)
class Wanted:
    """A configuration as somebody wants it. `secret` None: the one that is there. `team_ids` None: all that the key reaches."""

    url: str
    secret: str | None
    event_types: Sequence[str]
    headers: Mapping[str, str]
    team_ids: Sequence[int] | None = None


def configure_webhook(*, actor: Actor, credential: Credential, wanted: Wanted, at: datetime) -> WebhookConfig:
    """
    Create or replace the key's webhook. What waits goes there at once; one that was switched off is on again.

    No operation of its own: the host name is looked up before the transaction begins.

    :raises Invalid: as `check_webhook`.
    :raises Revoked: if the key was ended.
    """
    check_webhook(credential=credential, wanted=wanted)
    return store_webhook(actor=actor, credential=credential, wanted=wanted, at=at)


def check_webhook(*, credential: Credential, wanted: Wanted) -> None:
    """
    Whether the key may have such a webhook. Looks the host name up, so never inside a transaction.

    :raises Invalid: with messages at `url`, `secret`, `event_types`, `headers`, `team_ids`.
    """
    checks = Checks()
    _check(checks, credential, wanted)
    if "url" not in checks.fields:
        try:
            outside.check_url(wanted.url, field="url")
        except Invalid as error:
            checks.fail("url", error.fields["url"])
    checks.finish()


@operation
def store_webhook(*, actor: Actor, credential: Credential, wanted: Wanted, at: datetime) -> WebhookConfig:
    """
    Keep what `check_webhook` has found good.

    :raises Revoked: if the key was ended.
    """
    credential = locked(credential)  # one at a time
    if credential.revoked_at:
        raise Revoked(_("This key was revoked and cannot be used again."))
    config = WebhookConfig.objects.filter(credential=credential).first() or WebhookConfig(
        credential=credential, organisation_id=credential.organisation_id, operator_id=credential.operator_id, enabled_at=at
    )
    if wanted.secret is not None:
        _change_secret(config, wanted.secret, at)
    config.url, config.event_types = wanted.url, sorted(set(wanted.event_types))
    config.headers_encrypted = sealed_headers(dict(wanted.headers))
    config.team_ids = None if wanted.team_ids is None else sorted(set(wanted.team_ids))
    if config.switched_off_at:
        _reopen(WebhookEntry.objects.filter(config=config, state=WebhookEntry.State.FAILED))
    _begin_anew(config, at)
    config.save()
    return config


def _change_secret(config: WebhookConfig, secret: str, at: datetime) -> None:
    """The one before signs too for 24 hours, so that a receiver is changed without a pause. The same one again changes nothing."""
    before = previous_secret_of(config.secret_encrypted)
    if before == secret:
        return
    if before:
        config.previous_secret_encrypted, config.previous_secret_until = config.secret_encrypted, at + rules.BOTH_SECRETS_SIGN
    config.secret_encrypted, config.secret_set_at = sealed_secret(secret), at


def _begin_anew(config: WebhookConfig, at: datetime) -> None:
    if config.switched_off_at:
        config.switched_off_at, config.switched_off_reason, config.enabled_at = None, "", at
    config.failing_since, config.failures, config.next_try_at, config.is_one_refused = None, 0, at, False


def _check(checks: Checks, credential: Credential, wanted: Wanted) -> None:
    if len(wanted.url) > rules.URL_LENGTH:
        checks.fail("url", _("Use at most %(limit)s characters.") % {"limit": rules.URL_LENGTH})
    if is_own_host(wanted.url):
        checks.fail("url", _("This is our own address. Give that of your program."))
    _check_secret(checks, credential, wanted.secret)
    if not wanted.event_types:
        checks.fail("event_types", _("Choose at least one."))
    if len(wanted.event_types) > rules.MOST_TYPES:
        checks.fail("event_types", _("These are too many."))
    if unknown := sorted(set(wanted.event_types) - {*rules.EVENT_TYPES, rules.EVERY_TYPE}):
        checks.fail("event_types", _("There is no event type called %(type)s.") % {"type": unknown[0]})
    if not rules.are_headers(wanted.headers):
        checks.fail("headers", _("At most five headers, their names beginning with X-, their values in plain letters."))
    if wanted.team_ids is not None:
        _check_teams(checks, credential, wanted.team_ids)


def _check_secret(checks: Checks, credential: Credential, secret: str | None) -> None:
    if secret is None:
        if not WebhookConfig.objects.filter(credential=credential).exists():
            checks.fail("secret", _("Fill in this field."))
    elif len(secret) not in rules.SECRET_LENGTHS:
        checks.fail("secret", _("Use 16 to 191 characters."))


def _check_teams(checks: Checks, credential: Credential, team_ids: Sequence[int]) -> None:
    if not team_ids:
        checks.fail("team_ids", _("Choose at least one."))
    if teams_reached(credential).filter(pk__in=team_ids).count() != len(set(team_ids)):
        checks.fail("team_ids", _("The key does not reach one of these teams."))
    if len(team_ids) > rules.MOST_TEAMS:
        checks.fail("team_ids", _("These are too many."))


def is_own_host(url: str) -> bool:
    """Whether it is the installation's own host or one below it, and not exempt. What is no address at all is refused elsewhere."""
    own = urlsplit(settings.PUBLIC_URL).hostname or ""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return bool(own) and host not in settings.PRIVATE_HOSTS and (host == own or host.endswith(f".{own}"))


@operation
def delete_webhook(*, actor: Actor, config: WebhookConfig) -> None:
    """Delete a configuration with everything that waits for it."""
    WebhookConfig.objects.filter(pk=config.pk).delete()


@operation
def switch_on(*, actor: Actor, config: WebhookConfig, at: datetime) -> WebhookConfig:
    """
    Deliver again, beginning with what was given up and is still kept. What changed in between is not told.

    One that is on is tried at once.
    """
    config = locked(config)
    if config.switched_off_at:
        _reopen(WebhookEntry.objects.filter(config=config, state=WebhookEntry.State.FAILED))
    _begin_anew(config, at)
    config.save()
    return config


@operation
def replay(*, actor: Actor, config: WebhookConfig, at: datetime, entry_id: int | None = None) -> int:
    """Send one kept entry again, or all that were given up; how many."""
    entries = WebhookEntry.objects.filter(config=config)
    if entry_id is None:
        entries = entries.filter(state=WebhookEntry.State.FAILED)
    else:
        entries = entries.filter(pk=entry_id).exclude(state=WebhookEntry.State.PENDING)
    count = _reopen(entries)
    WebhookConfig.objects.filter(pk=config.pk, failing_since=None).update(next_try_at=at)
    return count


def _reopen(entries: QuerySet[WebhookEntry]) -> int:
    return entries.update(state=WebhookEntry.State.PENDING, attempts=0, first_tried_at=None, closed_at=None)
