"""Writes of providers. Their documents are fetched before the transaction."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.text import slugify
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.identity import operations as identity
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import encrypt
from forecourt.operators.models import Operator, OperatorMember
from forecourt.sso import provider as remote
from forecourt.sso.errors import ProviderDown
from forecourt.sso.models import BreakGlass, EmailDomain, IdentityProvider, SsoSession
from forecourt.sso.secrets import CLIENT_SECRET

Kind = IdentityProvider.Kind
KEYS_REST: Final = timedelta(seconds=30)  # keys are asked for again at most so often
KEYS_LAST: Final = timedelta(hours=1)
METADATA_RESTS: Final = timedelta(seconds=30)  # and the discovery document
_TENANT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MICROSOFTS: Final = (
    "login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.windows.net", "sts.windows.net",
)  # fmt: skip
_SWITCHES: Final = ("password_also", "creates_people", "asks_second_factor")
_NAMING: Final = ("issuer", "tenant_id", "client_id")  # subjects are names of one issuer, and may be for one client (Core 8)
_TRUSTED: Final = ("kind", "issuer", "tenant_id", "client_id")  # what a test sign-in tests


class NotTested(DomainError):
    """A provider signs nobody in before a test sign-in worked, and before it has a proved domain."""

    code = "provider_not_ready"


def save_provider(
    *, actor: Actor, operator: Operator, at: datetime, provider: IdentityProvider | None = None, client_secret: str = "", **given: Any
) -> IdentityProvider:
    """
    Set a provider up, or change it. `given`: name, kind, issuer, tenant_id, client_id, groups_claim, password_also, creates_people,
    asks_second_factor; a switch that is left out stays. An empty secret keeps the old one. A change of what is trusted switches it off until it is tested again.

    :raises Invalid: with the message at the field; also if the discovery document cannot be used.
    """
    checks = Checks()
    if provider is None and not client_secret:
        checks.fail("client_secret", _("Fill in this field."))
    values = _checked(checks, given)
    checks.finish()
    try:
        metadata = remote.discover(values["issuer"])
        keys = remote.keys_of(metadata)
    except ProviderDown as error:
        raise Invalid(error.message, fields={"issuer": error.message}) from error
    return _write(
        actor=actor, operator=operator, provider=provider, client_secret=client_secret, at=at,
        values=values | {"metadata": metadata, "metadata_at": at, "keys": keys, "keys_at": at},
    )  # fmt: skip


def _checked(checks: Checks, given: dict[str, Any]) -> dict[str, Any]:
    values = {
        "name": checks.text("name", given["name"], limit=80),
        "issuer": checks.text("issuer", given["issuer"], limit=255),
        "tenant_id": checks.text("tenant_id", given.get("tenant_id", ""), limit=64, is_required=given["kind"] == Kind.MICROSOFT),
        "client_id": checks.text("client_id", given["client_id"], limit=255),
        "groups_claim": checks.text("groups_claim", given.get("groups_claim") or "groups", limit=80),
    }
    if given["kind"] == Kind.MICROSOFT:
        values["tenant_id"] = values["tenant_id"].lower()
        _check_tenant(checks, values)
    elif urlsplit(values["issuer"]).hostname in _MICROSOFTS:
        checks.fail("kind", _("This issuer is Microsoft Entra ID. Choose it here, so that the tenant is checked."))
    return {**values, "kind": given["kind"], **{name: given[name] for name in _SWITCHES if name in given}}


def _check_tenant(checks: Checks, values: dict[str, Any]) -> None:
    """Of one tenant, by its ID: tokens name it so (`tid`); “common” and “organizations” let in the people of everybody."""
    if not _TENANT.fullmatch(values["tenant_id"]):
        checks.fail(
            "tenant_id", _("Enter the ID of your own tenant, like 8eaef023-2b34-4da1-9baa-8bc8c9d6a490. Entra shows it under Overview.")
        )
    elif f"/{values['tenant_id']}/" not in values["issuer"]:
        checks.fail("tenant_id", _("The issuer must name your own tenant: https://login.microsoftonline.com/TENANT/v2.0."))


@operation
def _write(
    *, actor: Actor, operator: Operator, provider: IdentityProvider | None, client_secret: str, at: datetime, values: dict[str, Any]
) -> IdentityProvider:
    row = locked(provider) if provider else IdentityProvider(organisation_id=operator.organisation_id, operator=operator)
    is_other = bool(client_secret) or any(getattr(row, name) != values[name] for name in _TRUSTED)
    if provider and any(getattr(row, name) != values[name] for name in _NAMING):
        _unlink(row, actor=actor, at=at)
    for name, value in values.items():
        setattr(row, name, value)
    if client_secret:
        row.client_secret = encrypt(client_secret, purpose=CLIENT_SECRET)
    if is_other:
        row.tested_at, row.is_active = None, False
    row.slug = row.slug or _new_slug(locked(operator))
    row.save()
    return row


def _new_slug(operator: Operator) -> str:
    """The first is the operator's identifier (spec §5); never one that another provider had. The operator is locked."""
    base = slugify(operator.identifier)[:60]
    taken = set(IdentityProvider.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if slug not in taken)


@operation
def note_test(*, actor: Actor, provider: IdentityProvider, at: datetime) -> IdentityProvider:
    """A test sign-in worked with the values as they are."""
    provider = locked(provider)
    provider.tested_at = at
    provider.save(update_fields=["tested_at"])
    return provider


@operation
def switch_on(*, actor: Actor, provider: IdentityProvider, at: datetime) -> IdentityProvider:
    """
    From now on it signs in the people of its domains.

    :raises NotTested: before a test sign-in, or without a proved domain.
    """
    provider = locked(provider)
    if provider.deleted_at or provider.tested_at is None:
        raise NotTested(_("Do a test sign-in first."))
    if not EmailDomain.objects.filter(provider=provider, verified_at__isnull=False, deleted_at=None).exists():
        raise NotTested(_("Prove a domain of this provider first."))
    provider.is_active = True
    provider.save(update_fields=["is_active"])
    return provider


@operation
def switch_off(*, actor: Actor, provider: IdentityProvider, at: datetime) -> IdentityProvider:
    """People of its domains sign in with a password again; who has none resets it. Repeating it changes nothing."""
    provider = locked(provider)
    provider.is_active = False
    provider.save(update_fields=["is_active"])
    return provider


@operation
def remove_provider(*, actor: Actor, provider: IdentityProvider, at: datetime) -> None:
    """For good: its links to people and the sessions that it began go, its domains stay."""
    provider = locked(provider)
    EmailDomain.objects.filter(provider=provider).update(provider=None)
    _unlink(provider, actor=actor, at=at)
    provider.is_active, provider.deleted_at = False, provider.deleted_at or at
    provider.save(update_fields=["is_active", "deleted_at"])


def _unlink(provider: IdentityProvider, *, actor: Actor, at: datetime) -> None:
    """Its links go, and the sessions that it began: it could not end them any more."""
    keys = list(SsoSession.objects.filter(identity__provider=provider).values_list("session_key", flat=True))
    provider.identities.all().delete()
    identity.end_sessions_of(actor=actor, keys=keys, at=at)


@operation
def allow_password(*, actor: Actor, operator: Operator, person: Person, at: datetime) -> BreakGlass:
    """
    Let a named Admin in by password, for when the provider is down.

    :raises Invalid: if the person is no Admin of the Main account.
    """
    members = OperatorMember.objects.filter(operator=operator, person=person, role="admin", state=OperatorMember.State.ACCEPTED)
    checks = Checks()
    if not members.exists():
        checks.fail("person", _("Choose an Admin of this account."))
    checks.finish()
    row, _is_new = BreakGlass.objects.get_or_create(
        operator=operator, person=person, defaults={"organisation_id": operator.organisation_id, "created_at": at}
    )
    return row


@operation
def forbid_password(*, actor: Actor, row: BreakGlass, at: datetime) -> None:
    """The Admin signs in through the provider alone, like everybody else."""
    BreakGlass.objects.filter(pk=row.pk).delete()


def renew_keys(provider: IdentityProvider, *, at: datetime) -> None:
    """Keys of more than an hour ago are asked for again: one that the provider has withdrawn must not count for ever. A provider that is down keeps its own."""
    if provider.keys_at is None or at - provider.keys_at >= KEYS_LAST:
        with suppress(ProviderDown):
            refresh_keys(provider, at=at)


def refresh_keys(provider: IdentityProvider, *, at: datetime) -> bool:
    """
    Ask for the keys again: the provider may have changed them. Whether they were asked for; not twice in `KEYS_REST`.

    :raises ProviderDown: if they are not there.
    """
    if provider.keys_at and at - provider.keys_at < KEYS_REST:
        provider.refresh_from_db(fields=["keys"])  # another request may just have asked
        return False
    IdentityProvider.objects.filter(pk=provider.pk).update(keys_at=at)
    provider.keys, provider.keys_at = remote.keys_of(provider.metadata), at
    IdentityProvider.objects.filter(pk=provider.pk).update(keys=provider.keys)
    return True


def refresh_metadata(provider: IdentityProvider, *, at: datetime) -> None:
    """
    Ask for the discovery document again before somebody is sent there: a provider that is down, or says it is another, sends
    nobody on, and one that moved its pages is followed. Not within `METADATA_RESTS` of the last answer.

    :raises ProviderDown: if the document cannot be used.
    """
    if provider.metadata_at and at - provider.metadata_at < METADATA_RESTS:
        return
    provider.metadata, provider.metadata_at = remote.discover(provider.issuer), at
    IdentityProvider.objects.filter(pk=provider.pk).update(metadata=provider.metadata, metadata_at=at)
