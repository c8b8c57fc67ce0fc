"""Every endpoint of the API: who may, and that what it answers is what the documentation says, field for field."""

from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

import forecourt.project.urls  # noqa: F401 (fills ENDPOINTS)
from forecourt.api.endpoint import ENDPOINTS, Endpoint
from forecourt.api.tests.world import fingerprint
from forecourt.charging.tests.factories import AT
from forecourt.integrations.tests.factories import ApiClient, api_client
from forecourt.network.models import ChargePoint, Site

CLOSED = [endpoint for endpoint in ENDPOINTS if not endpoint.is_open]
SCOPED = [endpoint for endpoint in CLOSED if endpoint.scopes]
# Ids in these paths are nobody's: countries, models.
COMMON = ("/countries", "/country-areas", "/currencies", "/charge-point-brands", "/charge-point-models", "/charge-point-connectors")
TENANTS = [endpoint for endpoint in SCOPED if "{" in endpoint.path and not endpoint.path.startswith(COMMON)]
QUERIES = {
    "get-charge-point-integrations": "?chargePointId={charge_point_id}",
    "getCountriesAreas": "?countryId={country_id}",
    "get-wallets": "?operatorId={operator_id}",
    "getPriceGroups": "?teamId={team_id}",
    "get-charge-point-map": "?topLatitude=60&bottomLatitude=50&leftLongitude=5&rightLongitude=15&centerLatitude=55&centerLongitude=10&zoom=12"
    "&includeBusy=true&includeAllOperators=false",
}
PRICE = {"type": "kwh", "endAtFullyCharged": False, "vat": False, "price": 3}
BODIES: dict[str, Any] = {
    "create-ocpp-config": {"key": "HeartbeatInterval", "value": "60", "store": True},
    "update-price-group": {"teamId": 1, "name": "New", "type": "public", "masterPrice": PRICE},
    "apply-price-group": {"selectedChargePointIds": []},
    "apply-feature-group-relation": {"relationType": "team", "ids": [1]},
    "remove-feature-group-relation": {"relationType": "team", "ids": [1]},
}


def name(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def call(world, client: ApiClient, endpoint: Endpoint, body: Any = None):
    query = QUERIES.get(endpoint.operation_id, "").format(**world.ids)
    body = BODIES.get(endpoint.operation_id, {} if endpoint.method in ("POST", "PATCH", "PUT") else None) if body is None else body
    return client.call(endpoint.method, world.path(endpoint.path) + query, body)


@pytest.mark.parametrize("endpoint", CLOSED, ids=name)
def test_without_a_token_every_endpoint_answers_401(world, endpoint):
    response = call(world, ApiClient(None), endpoint)
    assert (response.status_code, response.json()["errorCode"]) == (401, "INVALID_ACCESS_TOKEN")


@pytest.mark.parametrize("endpoint", SCOPED, ids=name)
def test_without_the_scope_every_endpoint_answers_403(world, endpoint):
    fields = {"person": world.cast.tom} if not endpoint.is_partner else {"scopes": ["energy:read"]}
    client = world.client(**fields)
    if fields.get("person"):
        from forecourt.integrations.models import Credential

        Credential.objects.filter(person=world.cast.tom).update(scopes=["control-charging"])
    before = fingerprint()
    response = call(world, client, endpoint)
    assert (response.status_code, response.json()["errorCode"]) == (403, "ACCESS_FORBIDDEN"), response.json()
    assert fingerprint() == before


@pytest.mark.parametrize("endpoint", TENANTS, ids=name)
def test_a_strangers_key_finds_nothing_and_changes_nothing(world, endpoint):
    stranger = world.client("eastgate")
    before = fingerprint()
    response = call(world, stranger, endpoint)
    assert (response.status_code, response.json()["errorCode"]) == (404, "RESOURCE_NOT_FOUND"), response.json()
    assert fingerprint() == before


@pytest.mark.parametrize("endpoint", [e for e in TENANTS if not e.is_org], ids=name)
def test_without_organisation_authorization_a_main_account_does_not_reach_its_sub_account(world, endpoint):
    sub = api_client(world.cast.southwind)  # the other way round: a Sub-account never reaches its Main account
    assert call(world, sub, endpoint).status_code == 404


READS = [e for e in CLOSED if e.method == "GET" and e.is_partner and not e.path.endswith(("/stop", "/restart"))]


@pytest.mark.parametrize("endpoint", READS, ids=name)
def test_every_read_answers_exactly_what_the_documentation_says(world, endpoint):
    response = call(world, world.client(), endpoint)
    assert response.status_code == 200, response.json()
    assert_conforms(endpoint.returns, response.json())


PERSONAL = [e for e in CLOSED if e.method == "GET" and e.is_public and not e.path.endswith("/stop")]


@pytest.mark.parametrize("endpoint", PERSONAL, ids=name)
def test_every_read_of_the_public_api_answers_exactly_what_the_documentation_says(world, endpoint):
    from forecourt.ledger.tests.factories import make_wallet
    from forecourt.teams.models import Team

    make_wallet(Team.objects.get(owner=world.cast.dora, type="personal"))
    person = world.cast.ada if "transaction_id" in endpoint.path else world.cast.dora
    response = call(world, world.client(person=person), endpoint)
    assert response.status_code == 200, response.json()
    assert_conforms(endpoint.returns, response.json())


@pytest.mark.parametrize("endpoint", [e for e in CLOSED if not e.is_public], ids=name)
def test_what_the_public_api_does_not_have_is_not_there(world, endpoint):
    assert call(world, world.client(person=world.cast.ada), endpoint).status_code == 404


def assert_conforms(returns: Any, found: Any) -> None:
    """Same fields in the same order at every depth, none missing, none more, types and nulls allowed."""
    parsed = TypeAdapter(returns).validate_python(found)
    assert keys(dumped(parsed)) == keys(found)


def dumped(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    return [dumped(item) for item in value] if isinstance(value, list) else value


def keys(value: Any) -> Any:
    """The shape of a JSON value, without its numbers and texts."""
    if isinstance(value, dict):
        return [(key, keys(item)) for key, item in value.items()]
    return [keys(item) for item in value] if isinstance(value, list) else None


@pytest.mark.parametrize("operator", ["northwind", "eastgate"])
def test_the_map_shows_a_stranger_no_notes(world, operator):
    ChargePoint.objects.update(note="gate code 4711", visibility="public", active_at=AT, site=None, latitude=55, longitude=12)
    Site.objects.update(note="call Ada", visibility="public")
    box = {"topLatitude": 56, "bottomLatitude": 54, "leftLongitude": 11, "rightLongitude": 13, "centerLatitude": 55, "centerLongitude": 12}
    query = "&".join(f"{name}={value}" for name, value in box.items())
    found = world.client(operator).call("GET", f"/charge-points/map?{query}&zoom=12&includeAllOperators=true").json()
    notes = (found["chargePoints"][0]["note"], found["sites"][0]["note"])
    assert notes == (("gate code 4711", "call Ada") if operator == "northwind" else (None, None))
