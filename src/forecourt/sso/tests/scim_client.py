"""A directory that speaks to us: JSON in, JSON out, a bearer token; and the factories it needs."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.test import Client

from forecourt.access import Actor
from forecourt.operators.models import Operator
from forecourt.sso.models import Directory, EmailDomain
from forecourt.sso.operations.directories import create_directory

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SYSTEM = Actor.system("test")
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def make_verified_domain(account: Operator, domain: str) -> EmailDomain:
    return EmailDomain.objects.create(
        organisation_id=account.organisation_id, operator=account, domain=domain, txt_token="t", verified_at=AT
    )


def make_directory(account: Operator, name: str = "Entra ID") -> tuple[Directory, "ScimClient"]:
    directory, token = create_directory(actor=SYSTEM, account=account, name=name, at=AT)
    return directory, ScimClient(token)


class ScimClient(Client):
    def __init__(self, token: str | None) -> None:
        super().__init__(headers={"Authorization": f"Bearer {token}"} if token else {}, raise_request_exception=True)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = b"" if body is None else msgspec.json.encode(body)
        return self.generic(method, f"/scim/v2{path}", data, content_type="application/scim+json", headers=named)

    def add(self, name: str, **fields: Any) -> dict[str, Any]:
        """A user `name`@fjord.example, as an Entra ID sends one."""
        address = f"{name.lower()}@fjord.example"
        body = {
            "schemas": [USER], "userName": address, "externalId": f"x-{name}", "active": True,
            "name": {"givenName": name, "familyName": "Fjord"}, "emails": [{"value": address, "type": "work", "primary": True}],
        }  # fmt: skip
        answer = self.call("POST", "/Users", body | fields)
        assert answer.status_code == 201, answer.content
        made: dict[str, Any] = answer.json()
        return made

    def change(self, path: str, *operations: dict[str, Any], **headers: str) -> Any:
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers)

    def found(self, path: str) -> list[Any]:
        """The ids or names of a list's resources."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.content
        return [one.get("userName", one.get("displayName")) for one in answer.json()["Resources"]]
