"""
`@endpoint`: one declaration says who may call an operation and what it answers; documentation, checks and tests read it.

The middleware of `integrations` has put `request.identify`; this shell only asks it.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.security.base import AuthBase

from forecourt.access import Actor
from forecourt.access.api_scopes import includes
from forecourt.api import direct, idempotency, limits
from forecourt.api.errors import InvalidAccessToken
from forecourt.api.replies import reply
from forecourt.kit import clock
from forecourt.kit.errors import Forbidden, NotFound
from forecourt.kit.operations import tell_origin

F = TypeVar("F", bound=Callable[..., Any])


class Caller(Protocol):
    """A credential whose access token was shown (`integrations.queries.Consumer`)."""

    @property
    def credential_id(self) -> int: ...

    @property
    def is_public(self) -> bool:
        """A person's credential: the smaller Public API (partner API §13)."""

    @property
    def actor(self) -> Actor:
        """With everything the credential reaches."""

    def own(self) -> Actor:
        """The actor in the credential's own operator alone."""

    def within(self, operator_id: int | None) -> Actor:
        """
        The actor in one operator; without an id, in its own.

        :raises Forbidden: if the operator is out of reach.
        """


class ApiRequest(HttpRequest):
    """What a view of the API is given: `actor` reaches what this operation may reach."""

    consumer: Caller
    actor: Actor
    is_v2: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the contract. `scopes`: any one of them suffices; none means any living token."""

    method: str
    path: str
    operation_id: str
    scopes: tuple[str, ...]
    is_org: bool
    is_open: bool
    is_public: bool
    is_partner: bool
    policy: str
    status: int
    returns: Any


ENDPOINTS: list[Endpoint] = []


class Access(AuthBase):
    """Token → rate limit → flavour → scope; before the request's fields are looked at."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_name = "AccessToken"

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__()
        self.endpoint = endpoint

    def __call__(self, request: HttpRequest) -> bool:
        at = clock.now()
        found: tuple[Caller, int] | None = request.identify(at=at)  # type: ignore[attr-defined]
        if found is None:
            raise InvalidAccessToken("The access token is missing, wrong or expired.")
        consumer, used = found
        actor, endpoint = consumer.actor, self.endpoint
        request.consumer = consumer  # type: ignore[attr-defined]
        tell_origin(credential_id=consumer.credential_id)
        limits.hold(request, used, quota=actor.rate_limit, interval=actor.rate_interval_seconds, at=at, policy=endpoint.policy)
        if not (endpoint.is_public if consumer.is_public else endpoint.is_partner):
            raise NotFound("There is nothing at this address.")
        if not _is_covered(actor.api_scopes, endpoint.scopes):
            raise Forbidden(f"The credential lacks the scope {' or '.join(endpoint.scopes)}.")
        request.actor = actor if endpoint.is_org else consumer.own()  # type: ignore[attr-defined]
        return True


@lru_cache(maxsize=1024)
def _is_covered(held: frozenset[str], needed: tuple[str, ...]) -> bool:
    return not needed or any(includes(held, scope) for scope in needed)


def endpoint(
    router: Router, method: str, path: str, operation_id: str, *, returns: Any = None, status: int = 200,
    scope: str | tuple[str, ...] = (), org: bool = False, is_open: bool = False, public: bool = False, partner: bool = True,
    policy: str = limits.QUOTA, deprecated: bool = False, changes: bool | None = None,
    ahead: Callable[..., None] | None = None,
) -> Callable[[F], F]:  # fmt: skip
    """
    Put a view into the API. The view returns plain values (dicts, lists, None), which are encoded as they are.

    `returns` is the schema of the documentation. `org`: reaches Sub-accounts too (partner API §3). `public`: also part
    of the Public API; `partner=False`: only of that. `is_open`: needs no token. `changes`: takes an `Idempotency-Key`; every
    method but GET does. `ahead` is called like the view, before the transaction of that key begins: what asks other machines.
    """
    scopes = (scope,) if isinstance(scope, str) else scope
    entry = Endpoint(method, path, operation_id, scopes, org, is_open, public, partner, policy, status, returns)
    ENDPOINTS.append(entry)
    takes_key = not is_open and (method != "GET" if changes is None else changes)

    def put(view: F) -> F:
        @functools.wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not takes_key:
                return reply(view(request, *args, **kwargs), status=status)
            prepare = functools.partial(ahead, request, *args, **kwargs) if ahead else None
            return idempotency.once(request, lambda: reply(view(request, *args, **kwargs), status=status), at=clock.now, ahead=prepare)

        access = None if is_open else Access(entry)
        if access and method == "GET" and status == 200 and not changes:
            direct.add(path, access, view)
        router.add_api_operation(
            path,
            [method],
            answer,
            auth=access,
            response={status: returns},
            operation_id=operation_id,
            summary=(view.__doc__ or operation_id).strip().split("\n")[0].rstrip("."),
            description=_description(entry, view.__doc__),
            deprecated=deprecated or None,
            openapi_extra={"parameters": [idempotency.PARAMETER]} if takes_key else None,
            by_alias=True,  # the document speaks of fields as the answers do
        )
        return view

    return put


def _description(entry: Endpoint, prose: str | None) -> str:
    parts = [(prose or "").strip()]
    if entry.scopes:
        parts.append("Scope: " + " or ".join(f"`{scope}`" for scope in entry.scopes) + ".")
    if entry.is_org:
        parts.append("Reaches Sub-accounts.")
    if entry.is_public:
        parts.append("Also part of the Public API." if entry.is_partner else "Public API only.")
    return "\n\n".join(part for part in parts if part)
