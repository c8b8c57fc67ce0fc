"""Reads of credentials and tokens."""

from dataclasses import dataclass
from datetime import datetime

from forecourt.access import Actor, ActorKind, Scope
from forecourt.access.api_scopes import permissions_of
from forecourt.integrations.models import Credential, Token
from forecourt.kit.secrets import keyed_hash
from forecourt.teams.queries import actor_of

TOKEN_PURPOSE = "api-token"


@dataclass(frozen=True, slots=True)
class Consumer:
    """A credential whose access token was shown, and the actor it makes."""

    credential: Credential
    actor: Actor


def consumer_of(access_token: str, *, at: datetime) -> Consumer | None:
    """The consumer of a living access token; None for a wrong, expired or revoked one. One query (two for a person's)."""
    token = (
        Token.objects.select_related("credential__operator", "credential__person")
        .filter(
            access_hash=keyed_hash(access_token, purpose=TOKEN_PURPOSE),
            access_expires_at__gt=at,
            credential__revoked_at=None,
        )
        .first()
    )
    return Consumer(token.credential, actor_of_credential(token.credential)) if token else None


def actor_of_credential(credential: Credential) -> Actor:
    """A partner reaches its operator (or organisation), or only its teams; a person's credential is that person."""
    if credential.person is not None:
        return actor_of(credential.person)
    return Actor(
        kind=ActorKind.CONSUMER,
        id=credential.pk,
        name=credential.name,
        permissions=permissions_of(credential.scopes),
        reach=_reach(credential),
        api_scopes=frozenset(credential.scopes),
        rate_limit=credential.rate_limit,
        rate_interval_seconds=credential.rate_interval_seconds,
        operator_id=credential.operator.pk,
    )


def _reach(credential: Credential) -> Scope:
    """Partner API §3: listed teams only; else the listed operators and the own one; else, for a Main account, everything."""
    if credential.team_ids:
        return Scope(team_ids=frozenset(credential.team_ids))
    if credential.operator_ids:
        return Scope(operator_ids=frozenset({*credential.operator_ids, credential.operator.pk}))
    if credential.operator.is_main:
        return Scope(organisation_ids=frozenset({credential.operator.organisation_id}))
    return Scope(operator_ids=frozenset({credential.operator.pk}))
