"""`Idempotency-Key`: one effect, one answer, whoever repeats it and whenever."""

from datetime import timedelta

import pytest

from forecourt.api import idempotency
from forecourt.api.endpoint import ENDPOINTS
from forecourt.api.models import IdempotencyKey
from forecourt.charging.tests.test_beside_itself import at_once
from forecourt.integrations.tests.factories import api_client
from forecourt.kit import clock
from forecourt.pricing.models import PriceGroupTag

TAG = {"name": "Night", "description": "After ten"}
KEY = {"Idempotency-Key": "order-7"}


@pytest.fixture
def client(cast):
    return api_client(cast.northwind)


def make(client, body=TAG, **headers):
    return client.call("POST", "/price-group-tags", body, **headers)


def test_the_same_call_has_its_effect_once_and_the_same_answer(client):
    first, second = make(client, **KEY), make(client, **KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert ("Idempotent-Replayed" in first.headers, second.headers["Idempotent-Replayed"]) == (False, "true")
    assert first.headers["Content-Type"] == second.headers["Content-Type"]
    assert PriceGroupTag.objects.filter(name="Night").count() == 1


def test_another_body_or_address_under_the_key_is_refused_and_changes_nothing(client):
    make(client, **KEY)
    for answer in (make(client, {"name": "Day"}, **KEY), client.call("POST", "/teams", TAG, **KEY)):
        assert answer.status_code in (400, 409)
    assert make(client, {"name": "Day"}, **KEY).json()["context"]["code"] == "idempotency_key_reused"
    assert not PriceGroupTag.objects.filter(name="Day").exists()


def test_without_a_key_every_call_counts(client):
    assert [make(client).status_code, make(client).status_code] != [201, 201]


def test_a_refused_call_may_be_corrected_under_its_key(client):
    assert make(client, {"name": ""}, **KEY).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert make(client, **KEY).status_code == 201


def test_keys_of_two_credentials_are_apart(cast, client):
    assert make(client, **KEY).status_code == 201
    assert make(api_client(cast.eastgate), **KEY).headers.get("Idempotent-Replayed") is None


@pytest.mark.parametrize("key", ["", " ", "a b", "ø", "x" * 256])
def test_a_bad_key_is_named_and_changes_nothing(client, key):
    answer = make(client, **{"Idempotency-Key": key})
    assert answer.status_code == 400
    assert not PriceGroupTag.objects.exists()


def test_the_gets_that_change_something_take_a_key(client):
    documented = client.call("GET", "/openapi.json").json()["paths"]
    takes = {
        operation["operationId"]
        for path in documented.values()
        for operation in path.values()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ()))
    }
    changing = {endpoint.operation_id for endpoint in ENDPOINTS if endpoint.method != "GET" and not endpoint.is_open}
    assert takes == (changing - {"get-signature-detail"}) | {"stop-charge", "restart-charge"}


def test_a_repeated_stop_is_one_stop(world):
    client = world.client()
    body = {"payingTeamId": world.cast.hotel.pk, "chargePointId": world.place.point.pk, "reserveCharge": True}
    made = client.call("POST", "/charges", body).json()
    answers = [client.call("GET", f"/charges/{made['id']}/stop", **KEY) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert client.call("GET", f"/charges/{made['id']}/stop").status_code == 400


def test_answers_are_forgotten_after_a_day(client):
    make(client, **KEY)
    idempotency.purge(at=clock.now() + timedelta(hours=23))
    assert IdempotencyKey.objects.count() == 1
    idempotency.purge(at=clock.now() + timedelta(hours=25))
    assert not IdempotencyKey.objects.exists()


def test_two_at_once_have_one_effect(own_database):
    from tests.cast import assemble

    client = api_client(assemble().northwind)
    answers = at_once(*[lambda: make(client, **KEY)] * 4)
    assert {answer.content for answer in answers} == {answers[0].content}
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, True, True, True]
    assert PriceGroupTag.objects.count() == 1
