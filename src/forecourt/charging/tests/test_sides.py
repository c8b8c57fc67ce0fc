"""Owner and payer look at one charge: neither sees or changes what is the other's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecourt.access import Permission
from forecourt.charging import operations, queries
from forecourt.charging.models import Charge
from forecourt.charging.operations import Extras
from forecourt.charging.rules.sides import masked
from forecourt.charging.tests.factories import AT, make_charge, make_place
from forecourt.integrations.tests.factories import api_client
from forecourt.kit.errors import Forbidden
from forecourt.network.models import ChargePoint
from forecourt.network.tests.factories import make_key

TAG = "04AABBCCDD9911"
OWNERS = {"note": "Cable was damaged.", "partner_external_id": "N-7", "partner_custom_payload": {"crm": 1}, "cost_minor": 420}


@pytest.fixture
def foreign(cast) -> Charge:
    """Eastgate's Gate pays with its own key at Northwind's Harbour; Northwind has noted this and that."""
    place, key = make_place(cast), make_key(TAG, cast.gate)
    return make_charge(place.point, payer=cast.gate, charge_key=key, auth_type="rfid", auth_id=TAG, person=None, **OWNERS)


def shown(charge, operator):
    role = "owner" if operator.pk == charge.operator_id else "payer"
    client = api_client(operator)
    one = client.call("GET", f"/charges/{charge.pk}").json()
    assert client.call("GET", f"/charges?operatorRole={role}").json()["data"] == [one]
    return one


def test_the_payer_does_not_see_the_owners_fields(cast, foreign):
    seen = shown(foreign, cast.eastgate)
    assert [seen[name] for name in ("note", "partnerExternalId", "partnerCustomPayload", "cost")] == [None, None, None, None]
    assert seen["chargeAuth"]["id"] == TAG


def test_the_owner_sees_its_own_fields_and_a_strangers_key_masked(cast, foreign):
    seen = shown(foreign, cast.northwind)
    assert [seen[name] for name in ("note", "partnerExternalId", "partnerCustomPayload", "cost")] == [
        "Cable was damaged.", "N-7", {"crm": 1}, 4.2,
    ]  # fmt: skip
    assert seen["chargeAuth"] == {"type": "rfid", "id": "•••9911", "partnerExternalId": None}


def test_ones_own_key_is_shown_whole(cast):
    place = make_place(cast)
    charge = make_charge(place.point, payer=cast.hotel, charge_key=place.key, auth_type="rfid", auth_id=place.key.identifier)
    assert shown(charge, cast.northwind)["chargeAuth"]["id"] == place.key.identifier


@pytest.mark.parametrize(("operator", "query", "count"), [
    ("northwind", "partnerExternalId=N-7", 1), ("northwind", "partnerExternalId=", 0),
    ("eastgate", "operatorRole=payer&partnerExternalId=N-7", 0), ("eastgate", "operatorRole=payer&partnerExternalId=", 1),
])  # fmt: skip
def test_nobody_finds_a_charge_by_the_other_sides_id(cast, foreign, operator, query, count):
    assert len(api_client(getattr(cast, operator)).call("GET", f"/charges?{query}").json()["data"]) == count


def test_the_payers_partner_changes_nothing_of_the_owners(cast, foreign):
    refused = api_client(cast.eastgate).call("PATCH", f"/charges/{foreign.pk}", {"partnerExternalId": "E-1"})
    foreign.refresh_from_db()
    assert (refused.status_code, foreign.partner_external_id) == (403, "N-7")
    with pytest.raises(Forbidden):
        operations.edit_charge(actor=cast.actor("eve"), charge=foreign, changes={"note": "x"}, at=AT)


def test_who_starts_at_anothers_charge_point_keeps_fields_of_their_own(cast):
    place = make_place(cast)
    extras = Extras(partner_external_id="E-1", partner_custom_payload={"trip": 5})
    from forecourt.ledger.tests.factories import give_funds, make_wallet

    give_funds(make_wallet(cast.gate), 10_000)
    wish = {"actor": cast.actor("eve"), "charge_point": place.point, "payer_team": cast.gate, "extras": extras, "at": AT}
    charge = operations.request_start(**wish)
    assert operations.request_start(**wish) == charge
    assert [shown(charge, cast.eastgate)[name] for name in ("partnerExternalId", "partnerCustomPayload")] == ["E-1", {"trip": 5}]
    assert [shown(charge, cast.northwind)[name] for name in ("partnerExternalId", "partnerCustomPayload")] == [None, None]
    operations.edit_charge(actor=cast.actor("eve"), charge=charge, changes={"partner_external_id": "E-2"}, at=AT)
    with pytest.raises(Forbidden):
        operations.edit_charge(actor=cast.actor("ada"), charge=charge, changes={"partner_external_id": "N-1"}, at=AT)


def test_the_portal_shows_each_side_its_own(cast, foreign):
    owner, payer = (cast.client(who).get(f"/charges/{foreign.pk}").content.decode() for who in ("ada", "eve"))
    assert ("Cable was damaged." in owner, "N-7" in owner, TAG in owner, "•••9911" in owner) == (True, True, False, True)
    assert ("Cable was damaged." in payer, "N-7" in payer, TAG in payer) == (False, False, True)
    assert f"/charges/{foreign.pk}/note" not in payer


@pytest.mark.parametrize(("who", "status"), [("ada", 303), ("oscar", 303), ("eve", 403), ("sven", 403), ("sue", 404)])
def test_who_may_note(cast, foreign, who, status):
    assert cast.client(who).post(f"/charges/{foreign.pk}/note", {"note": "New."}).status_code == status
    foreign.refresh_from_db()
    assert foreign.note == ("New." if status == 303 else "Cable was damaged.")


@pytest.mark.parametrize(("tag", "seen"), [("04AABBCC", "•••BBCC"), ("1234", "•••"), ("", "•••")])
def test_a_masked_key_ends_like_the_key(tag, seen):
    assert masked(tag) == seen


def test_a_list_of_two_sides_counts_each_row_once_by_the_index_of_each_side(cast, foreign):
    make_charge(foreign.charge_point, payer=cast.hotel, stopped_at=AT)
    for who, counts in {"ada": [2, 1], "eve": [1, 1], "sue": [0, 0]}.items():
        scope = cast.actor(who).scope(Permission.CHARGE_READ)
        with CaptureQueriesContext(connection) as asked:
            assert [queries.count_charges(scope, filters=queries.ChargeFilter(), limit=limit) for limit in (50, 1)] == counts
        assert all("UNION" in query["sql"] and " OR " not in query["sql"] for query in asked)


@pytest.mark.parametrize(("state", "found"), [("suspended_ev", True), ("suspended_evse", False), ("paused", True), ("charging", False)])
def test_paused_charges_are_found_by_who_paused_them(cast, state, found):
    place = make_place(cast)
    ChargePoint.objects.update(ocpp_status="SuspendedEV")
    make_charge(place.point, payer=cast.hotel, state="paused")
    assert bool(api_client(cast.northwind).call("GET", f"/charges?state={state}").json()["data"]) is found
