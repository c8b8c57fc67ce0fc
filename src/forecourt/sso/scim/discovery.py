"""What the service can do: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7644 §4)."""

from typing import Any

from django.http import HttpResponse

from forecourt.kit.errors import Forbidden, NotFound
from forecourt.sso.scim.door import ScimRequest, base, refused, scim, told
from forecourt.sso.scim.lists import LIST, MOST
from forecourt.sso.scim.rules.schemas import ENTERPRISE, EXTENSION, TYPES, USERS, Attribute, ResourceType

_CORE = "urn:ietf:params:scim:schemas:core:2.0"


@scim("GET")
def service_provider_config(request: ScimRequest) -> HttpResponse:
    no = {"supported": False}
    content = {
        "schemas": [f"{_CORE}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": no | {"maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": no,
        "sort": {"supported": True},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {"type": "oauthbearertoken", "name": "Bearer token", "description": "The token that the portal shows once.", "primary": True}
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base()}/ServiceProviderConfig"},
    }
    return told(content)


@scim("GET")
def resource_types(request: ScimRequest, name: str = "") -> HttpResponse:
    return _listed(request, {type.name: _type(type) for type in TYPES}, name)


@scim("GET")
def schemas(request: ScimRequest, name: str = "") -> HttpResponse:
    known = {type.schema: _schema(type.schema, type.name, type.attributes) for type in TYPES}
    return _listed(request, known | {ENTERPRISE: _schema(ENTERPRISE, "EnterpriseUser", EXTENSION)}, name)


@scim("GET", "POST", "PUT", "PATCH", "DELETE")
def unsupported(request: ScimRequest) -> HttpResponse:
    """`/Bulk`, `/Me`, and searches for users and groups at once (`/`, `/.search`): optional in the standard."""
    return refused(501, "This service does not have that.")


@scim("GET", "POST", "PUT", "PATCH", "DELETE")
def missing(request: ScimRequest, rest: str) -> HttpResponse:
    """Whatever else begins like the protocol's addresses."""
    raise NotFound(f"There is no {rest} here.")


def _listed(request: ScimRequest, known: dict[str, dict[str, Any]], name: str) -> HttpResponse:
    if request.GET.get("filter"):
        raise Forbidden("What the service can do is not filtered.")
    if name:
        found = next((one for key, one in known.items() if key.lower() == name.lower()), None)
        if found is None:
            raise NotFound(f"There is no {name}.")
        return told(found)
    rows = list(known.values())
    return told({"schemas": [LIST], "totalResults": len(rows), "startIndex": 1, "itemsPerPage": len(rows), "Resources": rows})


def _type(type: ResourceType) -> dict[str, Any]:
    extensions = [{"schema": urn, "required": False} for urn in type.extensions]
    return {
        "schemas": [f"{_CORE}:ResourceType"],
        "id": type.name,
        "name": type.name,
        "endpoint": type.endpoint,
        "description": "People who may sign in" if type is USERS else "Groups that bring roles",
        "schema": type.schema,
        **({"schemaExtensions": extensions} if extensions else {}),
        "meta": {"resourceType": "ResourceType", "location": f"{base()}/ResourceTypes/{type.name}"},
    }


def _schema(urn: str, name: str, attributes: tuple[Attribute, ...]) -> dict[str, Any]:
    return {
        "schemas": [f"{_CORE}:Schema"],
        "id": urn,
        "name": name,
        "description": name,
        "attributes": [one.described() for one in attributes if one.name != "externalId"],
        "meta": {"resourceType": "Schema", "location": f"{base()}/Schemas/{urn}"},
    }
