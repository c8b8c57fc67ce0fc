"""
The partner API: what `api/tests/test_contract.py` does not say of every endpoint, with a credential that is limited to one team,
a revoked one, and one whose scopes only read.
"""

from typing import Any

import pytest

import forecourt.project.urls  # noqa: F401 (fills ENDPOINTS)
from forecourt.api.endpoint import ENDPOINTS, Endpoint
from forecourt.api.tests import world as api_world
from forecourt.api.tests.test_contract import BODIES, CLOSED, TENANTS, call, name
from forecourt.api.tests.world import World, fingerprint
from forecourt.integrations.models import Credential
from forecourt.integrations.tests.factories import ApiClient
from forecourt.kit import clock
from tests.cast import Cast

# Rows that hang on a team. Others (operators, tags, people, the operator's wallet) are the operator's and no team's.
OF_A_TEAM = ("charge_point_id", "site_id", "charge_id", "key_id", "integration_id", "team_id", "member_id", "group_id", "identity")
TEAM_ROWS = [endpoint for endpoint in TENANTS if any(f":{name}}}" in endpoint.path for name in OF_A_TEAM)]
READS = {"get-signature-detail"}  # a POST that changes nothing; a key that may read may use it
WRITES = [e for e in CLOSED if e.method != "GET" and e.scopes and e.is_partner and e.operation_id not in READS]


@pytest.fixture
def world(cast: Cast) -> World:
    return api_world.assemble(cast)


def restricted(world: World, team_id: int) -> ApiClient:
    """A key of Northwind's that reaches one team only."""
    return world.client(team_ids=[team_id])


def test_the_document_and_the_matrix_name_the_same_endpoints(client: Any):
    document = client.get("/api/v1/openapi.json").json()
    described = {
        operation["operationId"] for path in document["paths"].values() for operation in path.values() if "operationId" in operation
    }
    assert described == {endpoint.operation_id for endpoint in ENDPOINTS}


@pytest.mark.parametrize("endpoint", TEAM_ROWS, ids=name)
def test_a_key_of_another_team_finds_nothing_and_changes_nothing(world: World, endpoint: Endpoint):
    client = restricted(world, world.cast.depot.pk)
    before = fingerprint()
    response = call(world, client, endpoint)
    assert response.status_code == 404, response.json()
    assert fingerprint() == before


@pytest.mark.parametrize(
    "endpoint", [e for e in TEAM_ROWS if e.method == "GET" and "/stop" not in e.path and "/restart" not in e.path], ids=name
)
def test_a_key_of_the_team_reads_what_is_the_teams(world: World, endpoint: Endpoint):
    team = world.cast.hotel if "key_id" in endpoint.path else world.cast.harbour
    assert call(world, restricted(world, team.pk), endpoint).status_code == 200


@pytest.mark.parametrize("endpoint", WRITES, ids=name)
def test_a_key_that_may_only_read_changes_nothing(world: World, endpoint: Endpoint):
    client = world.client(scopes=["all:read"])
    before = fingerprint()
    response = call(world, client, endpoint, BODIES.get(endpoint.operation_id))
    assert (response.status_code, response.json()["errorCode"]) == (403, "ACCESS_FORBIDDEN"), response.json()
    assert fingerprint() == before


def test_a_revoked_key_is_nobody(world: World):
    client = world.client()
    Credential.objects.update(revoked_at=clock.now())
    assert client.call("GET", "/charges").status_code == 401
