"""Tokens and the consumer (partner API §2, §11.1, §13)."""

from typing import Any

from ninja import Router

from forecourt.api import limits
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.shapes import In, Moment, Out
from forecourt.integrations import operations
from forecourt.integrations.models import Credential
from forecourt.kit import clock

router = Router(tags=["Authentication"])
ATTEMPTS, PER_SECONDS = 60, 60  # token requests of one address; a fleet behind one address gets tokens once an hour


class TokenRequest(In):
    client_id: str
    client_secret: str


class RefreshRequest(In):
    refresh_token: str


class TokenOut(Out):
    """`applicationId` is the credential; `userId` is null for an operator's credential."""

    access_token: str
    refresh_token: str
    access_token_expiration_date: Moment
    refresh_token_expiration_date: Moment
    application_id: int
    user_id: int | None


class ConsumerOut(Out):
    name: str
    operator_id: int
    operator_ids: list[int]
    team_ids: list[int]
    client_id: str
    rate_limit: int
    rate_limit_interval_in_seconds: int
    scopes: list[str]
    created_at: Moment
    updated_at: Moment | None


class ApplicationOut(Out):
    """A person's credential (Public API)."""

    id: int
    user_id: int
    name: str
    client_id: str
    client_secret: None
    scopes: list[str]
    created_at: Moment
    updated_at: Moment | None


@endpoint(router, "POST", "/auth/token", "get-access-token-with-client-credentials", returns=TokenOut, is_open=True, public=True)
def post_token(request: ApiRequest, body: TokenRequest) -> dict[str, Any]:
    """Get a token with a client's id and secret."""
    _throttle(request)
    return _pair(operations.issue_token(client_id=body.client_id, client_secret=body.client_secret, at=clock.now()))


@endpoint(router, "POST", "/auth/refresh", "get-access-token-with-refresh-token", returns=TokenOut, is_open=True, public=True)
def post_refresh(request: ApiRequest, body: RefreshRequest) -> dict[str, Any]:
    """Get a new pair of tokens. The old pair ends."""
    _throttle(request)
    return _pair(operations.refresh_token(refresh_token=body.refresh_token, at=clock.now()))


@endpoint(router, "GET", "/auth/me", "get-auth-information", returns=ConsumerOut | ApplicationOut, public=True, deprecated=True)
def get_auth_information(request: ApiRequest) -> dict[str, Any]:
    """Get the credential in use."""
    return _application(request) if request.consumer.is_public else _consumer(request)


@endpoint(router, "GET", "/consumers/me", "get-current-consumer", returns=ConsumerOut, public=True)
def get_current_consumer(request: ApiRequest) -> dict[str, Any]:
    """Get the credential in use."""
    return _consumer(request)


def _throttle(request: ApiRequest) -> None:
    """Guessing is slow: every address has its own small limit, wrong secrets included."""
    address = request.META.get("REMOTE_ADDR", "")
    limits.count(request, key=f"token:{address}", quota=ATTEMPTS, interval=PER_SECONDS, at=clock.now())


def _pair(pair: operations.Pair) -> dict[str, Any]:
    return {
        "accessToken": pair.access_token,
        "refreshToken": pair.refresh_token,
        "accessTokenExpirationDate": pair.access_expires_at,
        "refreshTokenExpirationDate": pair.refresh_expires_at,
        "applicationId": pair.credential.pk,
        "userId": pair.credential.person_id,
    }


def _credential(request: ApiRequest) -> Credential:
    return Credential.objects.get(pk=request.consumer.credential_id)


def _consumer(request: ApiRequest) -> dict[str, Any]:
    credential = _credential(request)
    return {
        "name": credential.name,
        "operatorId": credential.operator_id,
        "operatorIds": credential.operator_ids,
        "teamIds": credential.team_ids,
        "clientId": credential.client_id,
        "rateLimit": credential.rate_limit,
        "rateLimitIntervalInSeconds": credential.rate_interval_seconds,
        "scopes": credential.scopes,
        "createdAt": credential.created_at,
        "updatedAt": credential.updated_at,
    }


def _application(request: ApiRequest) -> dict[str, Any]:
    credential = _credential(request)
    return {
        "id": credential.pk,
        "userId": credential.person_id,
        "name": credential.name,
        "clientId": credential.client_id,
        "clientSecret": None,
        "scopes": credential.scopes,
        "createdAt": credential.created_at,
        "updatedAt": credential.updated_at,
    }
