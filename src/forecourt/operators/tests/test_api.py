"""The operators of the partner API."""

from forecourt.integrations.tests.factories import ApiClient, api_client


def client_of(operator) -> ApiClient:
    return api_client(operator, scopes=["operators"])


def test_a_main_account_lists_its_sub_accounts(cast):
    answer = client_of(cast.northwind).call("GET", f"/operators/{cast.northwind.pk}/sub-operators")
    assert [row["name"] for row in answer.json()["data"]] == ["Southwind"]
    assert answer.json()["meta"]["totalItemCount"] == 1


def test_a_sub_account_has_none(cast):
    assert client_of(cast.southwind).call("GET", f"/operators/{cast.southwind.pk}/sub-operators").json()["data"] == []


def test_a_strangers_operators_are_not_found(cast):
    eve = client_of(cast.eastgate)
    assert eve.call("GET", f"/operators/{cast.northwind.pk}/sub-operators").status_code == 404
    assert eve.call("GET", f"/operators/{cast.southwind.pk}").status_code == 404
