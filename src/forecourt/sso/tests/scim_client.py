"""A directory that speaks to us: JSON in, JSON out, a bearer token; and the factories it needs."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.test import Client

from forecourt.access import Actor
from forecourt.operators.models import Operator
from forecourt.sso.models import Directory, EmailDomain
from forecourt.sso.operations.directories import create_directory
from forecourt.sso.scim.rules.schemas import ENTERPRISE

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
SYSTEM = Actor.system("test")
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
WORK = {"value": "babs@fjord.example", "type": "work", "primary": True}
HOME = {"value": "babs@home.example", "type": "home"}
MOBILE = {"value": "+4512345678", "type": "mobile"}
BABS: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE], "userName": "Babs@fjord.example", "externalId": "B1", "password": "t1meMa$heen", "id": "7", "nickName": "Babs",
    "name": {"givenName": "Barbara", "familyName": "Jensen", "formatted": "Ms. Barbara Jensen"}, "title": "CTO", "shoeSize": 38,
    "emails": [WORK, HOME], "phoneNumbers": [MOBILE], "locale": "da-DK", "timezone": "Europe/Copenhagen",
    "addresses": [{"type": "work", "locality": "Aarhus", "country": "DK", "primary": True}], "groups": [{"value": "x"}], "meta": {"version": "9"},
    ENTERPRISE: {"department": "Sales", "manager": {"value": "26", "displayName": "Boss"}},
}  # fmt: skip


def error(answer: Any) -> tuple[int, str | None]:
    """The status and `scimType` of an answer, which is whole as an error."""
    body = answer.json()
    assert (body["schemas"], body["status"], bool(body["detail"])) == ([ERROR], str(answer.status_code), True)
    return answer.status_code, body.get("scimType")


def op(verb: str, path: str | None = None, value: Any = None) -> dict[str, Any]:
    """An operation of a PATCH; what is None is left out."""
    return {name: one for name, one in (("op", verb), ("path", path), ("value", value)) if one is not None}


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
