"""The shell's promises, through HTTP (partner API §5–§9, §15). `test_checklist_…` names follow §15."""

import json

import pytest
from django.test import Client

from forecourt.integrations.models import Credential
from forecourt.integrations.tests.factories import ApiClient, api_client


@pytest.fixture
def northwind(cast):
    return api_client(cast.northwind)


def envelope(status: int, name: str, code: str, response):
    body = response.json()
    assert (response.status_code, body["status"], body["errorCode"]) == (status, name, code), body
    assert list(body) == ["status", "message", "readableMessage", "errorCode", "context"]
    assert response.headers["Content-Type"] == "application/json"
    return body


def test_without_a_token_nothing_is_told(cast):
    envelope(401, "UNAUTHORIZED", "INVALID_ACCESS_TOKEN", ApiClient(None).call("GET", "/currencies"))


def test_a_wrong_token_is_an_invalid_access_token(cast):
    envelope(401, "UNAUTHORIZED", "INVALID_ACCESS_TOKEN", ApiClient("5a6d0f2e").call("GET", "/currencies"))


def test_a_browser_session_has_no_power_here(cast):
    response = cast.client("ada").get("/api/v1/currencies")
    envelope(401, "UNAUTHORIZED", "INVALID_ACCESS_TOKEN", response)


@pytest.mark.parametrize("path", ["/api/v1/nonsense", "/api/nonsense", "/api/v1/countries/abc", "/api/v2/charges"])
def test_an_unknown_path_answers_in_the_envelope(cast, path):
    envelope(404, "NOT_FOUND", "RESOURCE_NOT_FOUND", Client().get(path))


def test_a_wrong_verb_answers_in_the_envelope_and_says_which_one_is_right(northwind):
    response = northwind.call("DELETE", "/currencies")
    envelope(405, "METHOD_NOT_ALLOWED", "METHOD_NOT_ALLOWED", response)
    assert response.headers["Allow"] == "GET"


def test_a_bug_tells_the_caller_nothing(northwind, monkeypatch, caplog):
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("forecourt.api.reference.page_of", explode)
    body = envelope(500, "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR", northwind.call("GET", "/currencies"))
    assert "42" not in json.dumps(body)
    assert "the secret is 42" in caplog.text


@pytest.mark.parametrize("query", ["perPage=0", "perPage=101", "page=-1", "page=x"])
def test_paging_outside_the_documented_range_is_refused_at_the_field(northwind, query):
    body = envelope(400, "BAD_REQUEST", "BAD_REQUEST", northwind.call("GET", f"/currencies?{query}"))
    assert list(body["context"]["fields"]) == [query.split("=")[0]]


def test_checklist_2_responses_are_compact_json_with_the_id_first(northwind):
    response = northwind.call("GET", "/currencies?perPage=1")
    assert response.headers["Content-Type"] == "application/json"
    assert b": " not in response.content.replace(response.json()["data"][0]["name"].encode(), b"")
    assert next(iter(response.json()["data"][0])) == "id"


def test_checklist_3_json_is_accepted_on_get_and_unknown_parameters_are_ignored(northwind):
    response = northwind.generic("GET", "/api/v1/currencies?nonsense=1&page=0", b"{}", content_type="application/json")
    assert response.status_code == 200


def test_checklist_3_unknown_fields_are_ignored_and_the_content_type_may_be_missing(cast):
    from forecourt.integrations.tests.factories import make_credential

    credential, secret = make_credential(cast.northwind)
    body = json.dumps({"clientId": credential.client_id, "clientSecret": secret, "grantType": "client_credentials"})
    assert Client().generic("POST", "/api/v1/auth/token", body, content_type="").status_code == 200


def test_checklist_6_the_page_arithmetic_is_exact(northwind):
    meta = northwind.call("GET", "/currencies?perPage=1&page=0").json()["meta"]
    total = meta["totalItemCount"]
    assert meta == {"itemCount": 1, "currentPage": 0, "perPage": 1, "totalPageCount": total, "totalItemCount": total}
    last = northwind.call("GET", f"/currencies?perPage=2&page={(total - 1) // 2}").json()
    assert last["meta"]["totalItemCount"] == total
    assert last["meta"]["itemCount"] == len(last["data"]) == total - (total - 1) // 2 * 2


def test_checklist_6_a_page_past_the_end_is_empty_with_the_same_totals(northwind):
    total = northwind.call("GET", "/currencies").json()["meta"]["totalItemCount"]
    past = northwind.call("GET", "/currencies?page=9999").json()
    assert past["data"] == []
    assert past["meta"] == {"itemCount": 0, "currentPage": 9999, "perPage": 10, "totalPageCount": -(-total // 10), "totalItemCount": total}


def test_checklist_11_the_limit_is_counted_and_told(cast):
    client = api_client(cast.northwind, rate_limit=3, rate_interval_seconds=86400)
    answers = [client.call("GET", "/currencies") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["RateLimit-Policy"] == "Quota"
    assert (answers[0].headers["RateLimit-Quota"], answers[0].headers["RateLimit-TimeWindow"]) == ("3", "86400")
    assert 0 < int(answers[0].headers["RateLimit-ResetsIn"]) <= 86400
    assert "Retry-After" not in answers[0].headers
    envelope(429, "TOO_MANY_REQUESTS", "TOO_MANY_REQUESTS", answers[3])
    assert 0 < int(answers[3].headers["Retry-After"]) <= 86400


def test_limits_of_two_credentials_are_apart(cast):
    first, second = (api_client(cast.northwind, rate_limit=1, rate_interval_seconds=86400) for _ in range(2))
    assert [first.call("GET", "/currencies").status_code, second.call("GET", "/currencies").status_code] == [200, 200]


def test_guessing_secrets_is_slowed_down_per_address(cast):
    body = {"clientId": "nobody", "clientSecret": "nothing"}
    statuses = [ApiClient(None).call("POST", "/auth/token", body).status_code for _ in range(130)]
    assert statuses[0] == 401
    assert 429 in statuses  # two minutes, sixty each: where the attempts fall into two, one of them has more


@pytest.mark.parametrize(("alias", "version"), [("2024-01-18", "v1"), ("2024-07-01", "v2")])
def test_checklist_14_a_date_alias_answers_with_the_deprecation_headers(northwind, alias, version):
    response = northwind.call("GET", "/currencies", **{"Monta-Version": alias})
    assert response.status_code == 200
    assert response.headers["Deprecation"] == "true"
    assert response.headers["Sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert response.headers["X-Api-Version-Hint"] == f"Use 'Monta-Version: {version}' instead of '{alias}'"


@pytest.mark.parametrize("version", ["v1", "v2", ""])
def test_checklist_14_plain_versions_answer_without_them(northwind, version):
    response = northwind.call("GET", "/currencies", **{"Monta-Version": version})
    assert response.status_code == 200
    assert "Deprecation" not in response.headers


def test_a_version_that_never_was_is_refused(northwind):
    envelope(400, "BAD_REQUEST", "BAD_REQUEST", northwind.call("GET", "/currencies", **{"Monta-Version": "v9"}))


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"clientId": NaN}', '{"clientId":"\\u0000","clientSecret":"x"}', "\xff"])
def test_a_body_that_is_no_json_object_is_refused(cast, body):
    envelope(400, "BAD_REQUEST", "BAD_REQUEST", Client().generic("POST", "/api/v1/auth/token", body.encode("latin-1")))


def test_a_null_character_in_the_query_is_refused(northwind):
    envelope(400, "BAD_REQUEST", "BAD_REQUEST", northwind.call("GET", "/currencies?identifier=%00"))


def test_the_openapi_document_is_valid_and_complete(cast):
    from forecourt.api.endpoint import ENDPOINTS

    document = Client().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    found = {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}
    assert found == {endpoint.operation_id for endpoint in ENDPOINTS}
    references = set(json.dumps(document).split('"$ref": "#/components/schemas/')[1:])
    assert {reference.split('"')[0] for reference in references} <= set(document["components"]["schemas"])
    assert all(path.startswith("/api/v1/") for path in document["paths"])


def test_the_documentation_needs_no_script_and_no_other_host(cast):
    response = Client().get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    assert "GET /api/v1/countries" in page
    assert "<style" not in page
    assert "//cdn" not in page


def test_the_secret_is_not_in_the_database(cast):
    from forecourt.integrations.tests.factories import make_credential

    credential, secret = make_credential(cast.northwind)
    assert secret.encode() not in bytes(Credential.objects.get(pk=credential.pk).secret_hash)
