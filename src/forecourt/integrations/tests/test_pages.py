"""API keys in the portal: who may, the secret once, two secrets for a day, editing and revoking at once."""

import re
from datetime import timedelta

import pytest

from forecourt.access import Actor
from forecourt.integrations import operations
from forecourt.integrations.models import Credential
from forecourt.integrations.tests.factories import AT, ApiClient, api_client, make_credential
from forecourt.kit import clock

SYSTEM = Actor.system("test")
FORM = {"name": "Fleet app", "scopes": ["teams:read"], "rate_limit": "1000", "rate_interval_seconds": "600"}


def secret_in(page: str, credential: Credential) -> str:
    """The one word of forty letters that works."""
    words: set[str] = set(re.findall(r"\b[A-Za-z2-9]{40}\b", page))
    return next(word for word in words if works(credential, word))


def works(credential: Credential, secret: str) -> bool:
    answer = ApiClient(None).call("POST", "/auth/token", {"clientId": credential.client_id, "clientSecret": secret})
    return bool(answer.status_code == 200)


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("oscar", 200), ("bea", 403), ("sven", 403), ("tom", 403), ("sue", 200)])
def test_who_may_see_api_keys(cast, who, status):
    assert cast.client(who).get("/api-keys/").status_code == status


def test_an_operations_manager_sees_keys_and_changes_none(cast):
    credential, _secret = make_credential(cast.northwind)
    client = cast.client("oscar")
    assert "aria-disabled" in client.get("/api-keys/").text
    assert client.get(f"/api-keys/{credential.pk}").status_code == 200
    for action in ("edit", "secret", "revoke"):
        assert client.post(f"/api-keys/{credential.pk}/{action}", FORM).status_code == 403
    credential.refresh_from_db()
    assert (credential.name, credential.revoked_at, credential.previous_secret_hash) == ("Key", None, None)


def test_the_secret_of_a_new_key_is_shown_once_and_works(cast):
    page = cast.client("ada").post("/api-keys/new", FORM).text
    credential = Credential.objects.get(name="Fleet app")
    assert secret_in(page, credential) not in cast.client("ada").get(f"/api-keys/{credential.pk}").text
    assert credential.scopes == ["teams:read"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("scopes", ["teams:fly"], "There is no scope called teams:fly."),
        ("rate_limit", "0", "Ensure this value is greater than or equal to 1."),
        ("rate_limit", "9999999", "This installation allows at most 60000 requests in that time."),
        ("teams", ["99999999"], "not one of the available choices"),
    ],
)
def test_bad_input_is_named_and_stores_nothing(cast, field, value, message):
    response = cast.client("ada").post("/api-keys/new", FORM | {field: value})
    assert (response.status_code, message in response.text) == (422, True)
    assert not Credential.objects.filter(name="Fleet app").exists()


def test_an_edit_is_felt_at_the_next_request(cast):
    client = api_client(cast.northwind, scopes=["teams:read"])
    assert client.call("GET", "/teams").status_code == 200
    credential = Credential.objects.get(name="Key")
    fields = FORM | {
        "scopes": ["charge-transactions:read"],
        "teams": [cast.harbour.pk],
        "operators": [cast.southwind.pk],
        "rate_limit": "7",
    }
    assert cast.client("ada").post(f"/api-keys/{credential.pk}/edit", fields).status_code == 303
    assert client.call("GET", "/teams").status_code == 403
    answer = client.call("GET", "/charges")
    assert (answer.status_code, answer.headers["RateLimit-Quota"]) == (200, "7")
    credential.refresh_from_db()
    assert (credential.team_ids, credential.operator_ids, credential.name) == ([cast.harbour.pk], [cast.southwind.pk], "Fleet app")


def test_both_secrets_are_good_for_a_day(cast):
    credential, old = make_credential(cast.northwind)
    page = cast.client("ada").post(f"/api-keys/{credential.pk}/secret", {}).text
    new = secret_in(page, credential)
    assert works(credential, old)
    Credential.objects.filter(pk=credential.pk).update(previous_secret_until=clock.now())
    assert not works(credential, old)
    assert works(credential, new)


def test_a_leaked_secret_ends_at_once_with_every_token(cast):
    client = api_client(cast.northwind)
    credential = Credential.objects.get(name="Key")
    assert client.call("GET", "/teams").status_code == 200
    cast.client("ada").post(f"/api-keys/{credential.pk}/secret", {"leaked": "on"})
    assert client.call("GET", "/teams").status_code == 401
    credential.refresh_from_db()
    assert credential.previous_secret_hash is None


def test_the_third_secret_ends_the_first(cast):
    credential, first = make_credential(cast.northwind)
    second = operations.regenerate_secret(actor=SYSTEM, credential=credential, at=AT)
    third = operations.regenerate_secret(actor=SYSTEM, credential=credential, at=clock.now())
    assert [works(credential, secret) for secret in (first, second, third)] == [False, True, True]


def test_revoking_asks_first_and_ends_everything(cast):
    client = api_client(cast.northwind)
    credential = Credential.objects.get(name="Key")
    page = cast.client("ada").get(f"/api-keys/{credential.pk}/revoke").text
    assert "This cannot be undone." in page
    assert client.call("GET", "/teams").status_code == 200
    cast.client("ada").post(f"/api-keys/{credential.pk}/revoke")
    assert client.call("GET", "/teams").status_code == 401
    with pytest.raises(operations.Revoked):
        operations.regenerate_secret(actor=SYSTEM, credential=credential, at=AT + timedelta(days=1))


def test_a_stranger_cannot_touch_a_key(cast):
    credential, _secret = make_credential(cast.northwind)
    for action in ("edit", "secret", "revoke"):
        assert cast.client("eve").post(f"/api-keys/{credential.pk}/{action}", FORM).status_code == 404
    credential.refresh_from_db()
    assert (credential.revoked_at, credential.name) == (None, "Key")


@pytest.mark.parametrize(
    ("query", "names"), [("", ["Living", "Ended"]), ("?state=active", ["Living"]), ("?state=revoked", ["Ended"]), ("?q=endE", ["Ended"])]
)
def test_the_list_is_narrowed(cast, query, names):
    ended, _secret = make_credential(cast.northwind, name="Ended")
    make_credential(cast.northwind, name="Living")
    operations.revoke_credential(actor=SYSTEM, credential=ended, at=AT)
    page = cast.client("ada").get(f"/api-keys/{query}").text
    assert re.findall(r">(Living|Ended)</a>", page) == names
