"""Writes of credentials and tokens."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.access.api_scopes import is_known
from forecourt.api.errors import ConsumerNotFound, InvalidAccessToken
from forecourt.identity.models import Person
from forecourt.integrations.models import Credential, Token
from forecourt.integrations.queries import TOKEN_PURPOSE
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.kit.secrets import is_same, keyed_hash, new_secret
from forecourt.operators.models import Operator
from forecourt.teams.models import Team

SECRET_PURPOSE = "api-secret"  # noqa: S105 (the name of a purpose)
ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = {Credential.Flavour.PARTNER: timedelta(hours=24), Credential.Flavour.PUBLIC: timedelta(days=30)}
LIMITS = {Credential.Flavour.PARTNER: (1000, 600), Credential.Flavour.PUBLIC: (10, 60)}  # requests, seconds (partner API §7)
PUBLIC_SCOPES = frozenset({"all", "charge-points", "charge-transactions", "wallet-transactions", "control-charging"})
SECRET_LENGTH = 40
BOTH_SECRETS_LAST = timedelta(hours=24)


class Revoked(DomainError):
    """The key was ended for good."""

    code = "key_revoked"


@dataclass(frozen=True, slots=True)
class Pair:
    """A fresh access and refresh token, in clear: the only moment they are known."""

    credential: Credential
    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime


@operation
def create_credential(
    *, actor: Actor, operator: Operator, name: str, scopes: Sequence[str], at: datetime, person: Person | None = None,
    operator_ids: Sequence[int] = (), team_ids: Sequence[int] = (), rate_limit: int | None = None, rate_interval_seconds: int | None = None,
) -> tuple[Credential, str]:  # fmt: skip
    """
    Create an API key and return it with its secret, which is stored as a keyed hash and never shown again.

    With `person` it is that person's key for the Public API (partner API §13), else the operator's for the Partner API.
    Empty `operator_ids` and `team_ids` mean all that the operator's account reaches.

    :raises Invalid: for an empty name, a scope that does not exist, an operator or team out of reach, a limit below one.
    """
    flavour = Credential.Flavour.PUBLIC if person else Credential.Flavour.PARTNER
    limit, interval = rate_limit or LIMITS[flavour][0], rate_interval_seconds or LIMITS[flavour][1]
    name = _checked(operator, flavour, name, scopes, operator_ids, team_ids, limit, interval)
    secret = new_secret(SECRET_LENGTH)
    credential = Credential.objects.create(
        organisation_id=operator.organisation_id,
        operator=operator,
        flavour=flavour,
        person=person,
        name=name,
        client_id=str(uuid.uuid4()),
        secret_hash=keyed_hash(secret, purpose=SECRET_PURPOSE),
        scopes=sorted(set(scopes)),
        operator_ids=sorted(set(operator_ids)),
        team_ids=sorted(set(team_ids)),
        rate_limit=limit,
        rate_interval_seconds=interval,
    )
    return credential, secret


@operation
def edit_credential(
    *, actor: Actor, credential: Credential, name: str, scopes: Sequence[str], operator_ids: Sequence[int], team_ids: Sequence[int],
    at: datetime, rate_limit: int | None = None, rate_interval_seconds: int | None = None,
) -> Credential:  # fmt: skip
    """
    Change name, scopes, reach and limit; tokens that are out feel it at their next request.

    :raises Invalid: as `create_credential`.
    :raises Revoked: if it was ended.
    """
    credential = _living(credential)
    credential.rate_limit = rate_limit or credential.rate_limit
    credential.rate_interval_seconds = rate_interval_seconds or credential.rate_interval_seconds
    credential.name = _checked(
        credential.operator, Credential.Flavour(credential.flavour), name, scopes, operator_ids, team_ids, credential.rate_limit,
        credential.rate_interval_seconds,
    )  # fmt: skip
    credential.scopes, credential.operator_ids, credential.team_ids = sorted(set(scopes)), sorted(set(operator_ids)), sorted(set(team_ids))
    credential.save(update_fields=["name", "scopes", "operator_ids", "team_ids", "rate_limit", "rate_interval_seconds"])
    return credential


@operation
def regenerate_secret(*, actor: Actor, credential: Credential, at: datetime, ends_old_at_once: bool = False) -> str:
    """
    A new secret, shown once. The old one is good for 24 hours more, so that a program can be changed without a pause, and so is what
    its tokens are exchanged for; the one before it ends now. With `ends_old_at_once`, for a secret that leaked, the old one and every token end now.

    :raises Revoked: if it was ended.
    """
    credential = _living(credential)
    secret = new_secret(SECRET_LENGTH)
    if ends_old_at_once:
        credential.previous_secret_hash = credential.previous_secret_until = None
        credential.tokens.all().delete()
    else:
        until = at + BOTH_SECRETS_LAST
        credential.previous_secret_hash, credential.previous_secret_until = credential.secret_hash, until
        credential.tokens.filter(ends_at=None).update(
            ends_at=until, access_expires_at=Least("access_expires_at", until), refresh_expires_at=Least("refresh_expires_at", until)
        )
    credential.secret_hash = keyed_hash(secret, purpose=SECRET_PURPOSE)
    credential.save(update_fields=["secret_hash", "previous_secret_hash", "previous_secret_until"])
    return secret


def _living(credential: Credential) -> Credential:
    credential = locked(credential)
    if credential.revoked_at:
        raise Revoked(_("This key was revoked and cannot be used again."))
    return credential


@operation
def revoke_credential(*, actor: Actor, credential: Credential, at: datetime) -> None:
    """End a key for good: its tokens stop working at once. Revoking again changes nothing."""
    Credential.objects.filter(pk=credential.pk, revoked_at=None).update(revoked_at=at)
    Token.objects.filter(credential=credential).delete()


@operation
def issue_token(*, client_id: str, client_secret: str, at: datetime) -> Pair:
    """
    A pair of tokens for a client's secret. Earlier pairs stay valid until they expire.

    :raises ConsumerNotFound: for an unknown or revoked client and for a wrong secret alike.
    """
    credential = Credential.objects.select_related("operator").filter(client_id=client_id, revoked_at=None).first()
    fits, ends_at = _lasting(credential, client_secret, at=at) if credential else (False, None)
    if credential is None or not fits:
        raise ConsumerNotFound("There is no consumer with this client id and secret.")
    Credential.objects.filter(pk=credential.pk).update(last_used_at=at)
    return _issue(credential, at, ends_at)


@operation
def refresh_token(*, refresh_token: str, at: datetime) -> Pair:
    """
    Exchange a refresh token for a new pair. It works once: of two at the same time, one is refused.

    :raises InvalidAccessToken: if it is wrong, expired, used or of a revoked credential, or its secret was replaced a day ago.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM integrations_token WHERE refresh_hash = %s AND refresh_expires_at > %s RETURNING credential_id, ends_at",
            [keyed_hash(refresh_token, purpose=TOKEN_PURPOSE), at],
        )
        taken = cursor.fetchone()
    credential = Credential.objects.filter(pk=taken[0], revoked_at=None).first() if taken else None
    if credential is None:
        raise InvalidAccessToken("The refresh token is wrong, expired or already used.")
    return _issue(credential, at, taken[1])


def _lasting(credential: Credential, client_secret: str, *, at: datetime) -> tuple[bool, datetime | None]:
    """Whether it is a secret of the credential's, and until when. Both are compared in any case, so that the time tells nothing."""
    shown = keyed_hash(client_secret, purpose=SECRET_PURPOSE)
    is_current = is_same(bytes(credential.secret_hash), shown)
    is_previous = is_same(bytes(credential.previous_secret_hash or b""), shown)
    until = credential.previous_secret_until
    if is_current:
        return True, None
    return is_previous and until is not None and at < until, until


def purge_tokens(*, at: datetime) -> int:
    """Delete pairs that can no longer be refreshed; how many."""
    return Token.objects.filter(refresh_expires_at__lte=at).delete()[0]


def _issue(credential: Credential, at: datetime, ends_at: datetime | None) -> Pair:
    access, refresh = str(uuid.uuid4()), str(uuid.uuid4())
    lifetime = REFRESH_LIFETIME[Credential.Flavour(credential.flavour)]
    last = ends_at or at + lifetime
    pair = Pair(credential, access, refresh, min(at + ACCESS_LIFETIME, last), min(at + lifetime, last))
    Token.objects.create(
        credential=credential,
        access_hash=keyed_hash(access, purpose=TOKEN_PURPOSE),
        refresh_hash=keyed_hash(refresh, purpose=TOKEN_PURPOSE),
        access_expires_at=pair.access_expires_at,
        refresh_expires_at=pair.refresh_expires_at,
        ends_at=ends_at,
        created_at=at,
    )
    return pair


def _checked(
    operator: Operator, flavour: Credential.Flavour, name: str, scopes: Sequence[str], operator_ids: Sequence[int], team_ids: Sequence[int],
    limit: int, interval: int,
) -> str:  # fmt: skip
    """The cleaned name."""
    checks = Checks()
    cleaned = checks.text("name", name, limit=120)
    is_allowed = PUBLIC_SCOPES.__contains__ if flavour == Credential.Flavour.PUBLIC else is_known
    if unknown := sorted(scope for scope in set(scopes) if not is_allowed(scope)):
        checks.fail("scopes", _("There is no scope called %(scope)s.") % {"scope": unknown[0]})
    same = {"organisation_id": operator.organisation_id} if operator.is_main else {"pk": operator.pk}
    if Operator.objects.filter(pk__in=operator_ids, deleted_at=None, **same).count() != len(set(operator_ids)):
        checks.fail("operator_ids", _("The account does not reach one of these operators."))
    owner = {"organisation_id": operator.organisation_id} if operator.is_main else {"operator_id": operator.pk}
    if Team.objects.filter(pk__in=team_ids, deleted_at=None, **owner).count() != len(set(team_ids)):
        checks.fail("team_ids", _("The account does not reach one of these teams."))
    if limit < 1 or interval < 1:
        checks.fail("rate_limit", _("Allow at least one request."))
    checks.finish()
    return cleaned
