"""Writes through the API: exact answers, PATCH's three states, starting and stopping (partner API §5.5, §11, §15)."""

import pytest

from forecourt.access import Permission
from forecourt.api.tests.test_contract import assert_conforms
from forecourt.charging.api.shapes import PublicChargeOut, StartedChargeOut
from forecourt.charging.models import Charge
from forecourt.network.models import Command
from forecourt.pricing.tests.factories import make_price_group
from forecourt.teams.models import Team

ADDRESS = {"address1": "Kaj 2", "city": "Aarhus", "zipCode": "8000", "countryId": 1}


def start(world, client, **more):
    body = {"payingTeamId": world.cast.hotel.pk, "chargePointId": world.place.point.pk, "unknown": 1, **more}
    return client.call("POST", "/charges", body)


def test_checklist_12_starting_answers_the_bare_charge_and_a_copy_and_asks_the_station(world):
    response = start(world, world.client(), kwhLimit=10.5, partnerExternalId="S-1")
    body = response.json()
    assert response.status_code == 200, body
    assert_conforms(StartedChargeOut, body)
    assert (body["state"], body["kwhLimit"], body["partnerExternalId"]) == ("starting", 10.5, "S-1")
    assert body["charge"] == {key: value for key, value in body.items() if key != "charge"}
    assert Command.objects.filter(charge_id=body["id"], action="start").count() == 1


def test_the_same_external_id_is_the_same_charge(world):
    first, second = (start(world, world.client(), partnerExternalId="S-1").json() for _ in range(2))
    assert first["id"] == second["id"]


def test_a_foreign_wallet_or_charge_point_in_the_body_is_not_found_and_starts_nothing(world):
    before = Charge.objects.count()
    assert start(world, world.client(), payingTeamId=world.cast.gate.pk).status_code == 404
    assert start(world, world.client("eastgate", scopes=["control-charging:write"])).status_code == 404
    assert Charge.objects.count() == before


def test_nobody_forces_a_price_on_anothers_charge_point(world):
    world.place.point.visibility, world.place.point.active_at = "public", world.place.point.created_at
    world.place.point.save()
    cheap = make_price_group("Cheap", world.cast.eastgate)
    stranger = world.client("eastgate", scopes=["control-charging:write", "control-public-charging:write"])
    asked = {"chargePointId": world.place.point.pk, "payingTeamId": world.cast.gate.pk}
    assert stranger.call("POST", "/charges", {**asked, "priceGroupId": cheap.pk}).status_code == 404
    assert start(world, world.client(), priceGroupId=make_price_group("Special", world.cast.harbour).pk).status_code == 200


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_checklist_1_both_verbs_stop_a_charge(world, verb):
    running = world.charge
    reserved = start(world, world.client(), reserveCharge=True).json()
    assert reserved["state"] == "reserved"
    assert world.client().call(verb, f"/charges/{reserved['id']}/stop").status_code == 200
    refused = world.client().call(verb, f"/charges/{running.pk}/stop").json()
    assert (refused["status"], refused["context"]["code"]) == ("BAD_REQUEST", "charge_already_stopped")


def test_the_public_api_starts_with_the_persons_own_wallet(world):
    from forecourt.ledger.tests.factories import give_funds, make_wallet

    give_funds(make_wallet(Team.objects.get(owner=world.cast.dora, type="personal")), 50_000)
    response = world.client(person=world.cast.dora).call("POST", "/charges", {"chargePointId": world.place.point.pk})
    assert response.status_code == 200, response.json()
    assert_conforms(PublicChargeOut, response.json())
    assert Charge.objects.get(pk=response.json()["id"]).person == world.cast.dora


def test_patch_leaves_what_is_absent_and_clears_what_is_null(world):
    path = f"/charge-points/{world.place.point.pk}"
    first = world.client().call("PATCH", path, {"note": "By the gate", "partnerExternalId": "P-1", "maxKw": 11}).json()
    assert (first["note"], first["partnerExternalId"], first["maxKw"]) == ("By the gate", "P-1", 11)
    second = world.client().call("PATCH", path, {"note": None, "name": None}).json()
    assert (second["note"], second["partnerExternalId"], second["name"]) == (None, "P-1", first["name"])


def test_an_empty_external_id_finds_only_rows_without_one(world):
    client = world.client()
    client.call("PATCH", f"/charge-points/{world.place.point.pk}", {"partnerExternalId": "P-1"})
    assert client.call("GET", "/charge-points?partnerExternalId=").json()["data"] == []
    assert len(client.call("GET", "/charge-points?partnerExternalId=P-1").json()["data"]) == 1


def test_a_site_is_created_changed_and_deleted(world):
    client = world.client()
    made = client.call("POST", "/sites", {"teamId": world.cast.harbour.pk, "name": "Quay", "address": ADDRESS, "visibility": "public"})
    assert (made.status_code, made.json()["location"]["address"]["city"]) == (201, "Aarhus")
    path = f"/sites/{made.json()['id']}"
    assert client.call("PATCH", path, {"name": "Quay 2"}).json()["name"] == "Quay 2"
    assert client.call("DELETE", path).status_code == 204
    assert client.call("GET", path).json()["deletedAt"].endswith("Z")


def test_a_charge_key_is_created_blocked_and_deleted(world):
    client = world.client()
    made = client.call("POST", "/charge-auth-tokens", {"teamId": world.cast.harbour.pk, "identifier": "04112233", "type": "rfid"})
    assert made.status_code == 201, made.json()
    path = f"/charge-auth-tokens/{made.json()['id']}"
    assert client.call("POST", f"{path}/block").json()["blockedAt"] is not None
    assert client.call("POST", f"{path}/unblock").json()["blockedAt"] is None
    assert client.call("DELETE", path).content == b""


def test_a_team_is_created_frozen_and_released(world):
    client = world.client()
    body = {"name": "Taxi", "contactEmail": "taxi@example.com", "type": "professional", "address": ADDRESS}
    made = client.call("POST", "/teams", body)
    assert made.status_code == 201, made.json()
    path = f"/teams/{made.json()['id']}"
    assert client.call("POST", f"{path}/freeze", {"reason": "Unpaid"}).json()["frozenReason"] == "Unpaid"
    assert client.call("POST", f"{path}/unfreeze").json()["isFrozen"] is False


def test_lists_show_the_own_operator_and_a_sub_account_when_it_is_named(world):
    client, sub = world.client(), world.cast.southwind
    own = {team["operator"]["id"] for team in client.call("GET", "/teams").json()["data"]}
    named = {team["operator"]["id"] for team in client.call("GET", f"/teams?operatorId={sub.pk}").json()["data"]}
    assert (own, named) == ({world.cast.northwind.pk}, {sub.pk})
    assert client.call("GET", f"/teams?operatorId={world.cast.eastgate.pk}").status_code == 403


def test_checklist_8_and_7_the_public_api_knows_no_maintenance_and_always_has_a_serial_number(world):
    type(world.place.point).objects.filter(pk=world.place.point.pk).update(state="maintenance")
    found = world.client(person=world.cast.tom).call("GET", f"/charge-points/{world.place.point.pk}").json()
    assert found["state"] == "passive"
    assert found["serialNumber"]


def test_what_the_public_api_shows_as_another_state_is_found_by_the_one_it_shows(world):
    point = world.place.point
    type(point).objects.filter(pk=point.pk).update(state="maintenance")
    tom = world.client(person=world.cast.tom)
    assert point.pk in [row["id"] for row in tom.call("GET", "/charge-points?state=passive").json()["data"]]
    assert point.pk not in [row["id"] for row in world.client().call("GET", "/charge-points?state=passive").json()["data"]]
    Charge.objects.exclude(state="completed").update(state="released")
    shown = [row["state"] for row in tom.call("GET", "/charges?state=stopped").json()["data"]]
    assert (
        shown == ["stopped"] * Charge.objects.within(world.cast.actor("tom").scope(Permission.CHARGE_READ)).filter(state="released").count()
    )


@pytest.mark.parametrize(("reservable", "minutes", "told"), [(True, 30, 30), (True, None, 15), (False, 30, None)])
def test_the_time_of_a_reservation_is_told_where_one_is_possible(world, reservable, minutes, told):
    point = world.place.point
    type(point).objects.filter(pk=point.pk).update(is_reservable=reservable, reservation_minutes=minutes)
    found = world.client().call("GET", f"/charge-points/{point.pk}").json()
    assert (found["reservable"], found["reservationTime"]) == (reservable, told)
    made = start(world, world.client(), reserveCharge=True)
    assert made.status_code == (200 if reservable else 400)


def test_a_booked_transaction_stays_as_it_is(world):
    client = world.client()
    row = client.call("GET", "/wallet-transactions").json()["data"][0]
    patched = client.call("PATCH", f"/wallet-transactions/{row['id']}", {"partnerExternalId": "mine"})
    assert (patched.status_code, patched.json()) == (200, row)


def test_checklist_9_and_10_charges_are_newest_first_with_rfc_3339_times(world):
    start(world, world.client(), reserveCharge=True)
    data = world.client().call("GET", "/charges").json()["data"]
    assert [charge["id"] for charge in data] == sorted((charge["id"] for charge in data), reverse=True)
    assert all(charge["createdAt"].endswith("Z") and "T" in charge["createdAt"] for charge in data)


def test_a_key_puts_people_into_its_team_whom_it_introduced_or_knows_and_nobody_else_by_id(world):
    client = world.client()
    body = {"teamId": world.cast.hotel.pk, "role": "user"}
    stranger = client.call("POST", "/team-members", {**body, "userId": world.cast.eve.pk})
    nobody = client.call("POST", "/team-members", {**body, "userId": 10**9})
    assert (stranger.status_code, stranger.json()) == (404, nobody.json())
    new = client.call("POST", "/users", {"email": "driver@example.org", "countryId": world.cast.northwind.country_id}).json()
    assert client.call("POST", "/team-members", {**body, "userId": new["id"]}).status_code == 201
    assert client.call("POST", "/team-members", {**body, "userId": world.cast.dora.pk}).status_code == 201


def test_a_key_of_single_teams_does_not_put_them_on_credit(world):
    hotel = world.cast.hotel
    limited, whole = world.client(team_ids=[hotel.pk]), world.client()
    assert limited.call("PATCH", f"/teams/{hotel.pk}", {"paymentMethod": "invoice"}).status_code == 403
    assert Team.objects.get(pk=hotel.pk).payment_method == "source"
    assert limited.call("PATCH", f"/teams/{hotel.pk}", {"paymentMethod": "source", "name": "Hotel"}).status_code == 200
    assert whole.call("PATCH", f"/teams/{hotel.pk}", {"paymentMethod": "invoice"}).status_code == 200
