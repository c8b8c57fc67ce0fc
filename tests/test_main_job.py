"""The main job, from outside: a station written with the `ocpp` library charges; portal, partner API, books and audit log agree."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ocpp.v16 import call

from tests.running import Api, Browser, Product, eventually
from tests.station import Station

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420), pytest.mark.xdist_group("running")]
KWH = 12


@pytest.fixture(scope="module")
def spec(running: Product) -> dict[str, Any]:
    """The first station of the file."""
    return dict(running.demo["stations"][0])


@pytest.fixture(scope="module")
def api(running: Product, spec: dict[str, Any]) -> Api:
    """The credential of the station's own operator: a Main account's reaches it too."""
    path = f"/charge-points/{spec['chargePointId']}"
    every = [running.api(number) for number in range(len(running.demo["api_credentials"]))]
    return [api for api in every if api.ask(path).status_code == 200][-1]


@pytest.fixture(scope="module")
def admin(running: Product, api: Api) -> dict[str, Any]:
    return running.user("admin", api.operator)


@pytest.fixture(scope="module")
def key(running: Product, api: Api, spec: dict[str, Any]) -> str:
    """A key of another team of the same operator: somebody pays somebody."""
    teams = {row["id"] for row in api.get("/teams", perPage=100)["data"]} - {spec["teamId"]}
    return str(next(key["identifier"] for key in running.demo["charge_keys"] if key["teamId"] in teams))


@pytest.fixture
def station(running: Product, spec: dict[str, Any]) -> Iterator[Station]:
    with Station(running.demo["ocpp"], spec) as station:
        assert station.boot().status == "Accepted"
        yield station


def charge_id(running: Product, transaction_id: int) -> int:
    [[found]] = running.rows("SELECT id FROM charging_charge WHERE transaction_id = %s", str(transaction_id))
    return int(found)


def charge(station: Station, key: str) -> int:
    """Authorise, start, meter and stop; the transaction id."""
    assert station.call(call.Authorize(id_tag=key)).id_tag_info["status"] == "Accepted"
    station.status("Preparing")
    started = station.start(key, meter_wh=1_000_000)
    assert started.id_tag_info["status"] == "Accepted"
    station.status("Charging")
    for kwh in range(1, KWH):
        station.meter(started.transaction_id, 1_000_000 + kwh * 1000)
    assert station.stop(started.transaction_id, meter_wh=1_000_000 + KWH * 1000).id_tag_info["status"] == "Accepted"
    station.status("Finishing")
    station.status("Available")
    return int(started.transaction_id)


def test_a_charge_is_completed_priced_and_paid_within_two_seconds(running: Product, api: Api, station: Station, key: str):
    id = charge_id(running, charge(station, key))

    found = eventually(lambda: settled(api, id), within=2, says="not settled within 2 s of the stop")

    assert (found["state"], found["consumedKwh"], found["failureReason"]) == ("completed", KWH, None)
    total = api.get(f"/charges/{id}/breakdown")["priceBreakdown"]["summary"]["totalPrice"]
    assert total == round(found["price"] * 100) > 0


def settled(api: Api, id: int) -> Any:
    found = api.get(f"/charges/{id}")
    return found if found["state"] == "completed" and found["price"] is not None else None


def test_the_portal_shows_the_price_that_the_api_tells(running: Product, api: Api, admin: dict[str, Any], station: Station, key: str):
    id = charge_id(running, charge(station, key))
    price = eventually(lambda: settled(api, id), within=2)["price"]
    page = Browser(running, admin).get(f"/charges/{id}")
    assert page.status_code == 200
    assert f"{price:.2f}" in page.text or f"{price:.2f}".replace(".", ",") in page.text


def test_wallet_transactions_of_the_charge_are_in_the_partner_api(running: Product, api: Api, station: Station, key: str):
    id = charge_id(running, charge(station, key))
    eventually(lambda: settled(api, id), within=2)
    found = api.get("/wallet-transactions", referenceType="CHARGE", referenceId=str(id))["data"]
    assert found
    assert {row["state"] for row in found} == {"complete"}


def test_a_stop_in_the_portal_is_requested_sent_and_accepted_and_the_audit_log_names_the_person(
    running: Product, admin: dict[str, Any], station: Station, key: str
):
    transaction = station.start(key, meter_wh=0).transaction_id
    id = charge_id(running, transaction)

    Browser(running, admin).post(f"/charges/{id}/stop")

    eventually(lambda: ("RemoteStopTransaction", {"transaction_id": transaction}) in station.asked)
    progress = "SELECT requested_at, sent_at, answered_at, state FROM network_command WHERE charge_id = %s AND action = 'stop'"
    [(requested, sent, answered, state)] = eventually(lambda: [row for row in running.rows(progress, id) if row[2]])
    assert requested <= sent <= answered
    assert state == "accepted"
    who = "SELECT actor_kind, actor_id FROM audit_event WHERE entity_type = 'Charge' AND entity_id = %s"
    [[person]] = running.rows("SELECT id FROM identity_person WHERE email = %s", admin["email"])
    eventually(lambda: ("person", person) in running.rows(who, id), says="the sealer did not come by")
    station.stop(transaction, meter_wh=500, reason="Remote")


def test_the_books_are_in_balance_afterwards(running: Product):
    eventually(lambda: running.rows("SELECT count(*) FROM kit_outbox") == [(0,)], within=10, says="the outbox never drained")
    done = running.command("doctor", check=False)
    assert done.returncode == 0, done.stdout
    assert running.rows("SELECT currency, sum(minor) FROM ledger_posting GROUP BY 1 HAVING sum(minor) <> 0") == []


def test_a_station_with_a_wrong_password_is_refused(running: Product, spec: dict[str, Any]):
    from websockets.exceptions import InvalidStatus

    stranger = Station(running.demo["ocpp"], spec | {"password": "not-the-password"})
    with pytest.raises(InvalidStatus, match="401"), stranger:
        pytest.fail("connected")


def test_the_demo_file_holds_what_it_promises(running: Product):
    demo = running.demo
    assert demo["api"].endswith("/api/v1")
    assert "{identity}" in demo["ocpp"]
    assert len(demo["stations"]) >= 50
    assert {"identity", "password", "protocol", "teamId", "chargePoints", "chargePointId"} <= set(demo["stations"][0])
    assert {user["role"] for user in demo["users"]} >= {"admin", "operations_manager", "bookkeeper", "support_agent"}
    assert json.dumps(demo)  # plain JSON through and through
