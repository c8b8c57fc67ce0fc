"""Plain factories for API keys and clients that hold a token."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from forecourt.access import Actor
from forecourt.identity.models import Person
from forecourt.integrations import operations
from forecourt.integrations.models import Credential
from forecourt.kit import clock
from forecourt.operators.models import Operator

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
EVERYTHING = ("all:delete", "operators")


def make_credential(
    operator: Operator, *, scopes: Sequence[str] = EVERYTHING, name: str = "Key", person: Person | None = None, **fields: Any
) -> tuple[Credential, str]:
    return operations.create_credential(
        actor=Actor.system("test"), operator=operator, name=name, scopes=["all"] if person else scopes, person=person, at=AT, **fields
    )


class ApiClient(Client):
    """A partner's program: JSON in, JSON out, a bearer token."""

    def __init__(self, token: str | None) -> None:
        super().__init__(headers={"Authorization": f"Bearer {token}"} if token else {}, raise_request_exception=True)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.generic(method, f"/api/v1{path}", _json(body), content_type="application/json", headers=headers)


def api_client(operator: Operator, **fields: Any) -> ApiClient:
    """A client with a living token of a new credential; by default with every scope and no limit in the way."""
    fields = {"rate_limit": 1_000_000, **fields}
    credential, secret = make_credential(operator, **fields)
    return ApiClient(operations.issue_token(client_id=credential.client_id, client_secret=secret, at=clock.now()).access_token)


def _json(body: Any) -> bytes:
    import msgspec

    return b"" if body is None else msgspec.json.encode(body)
