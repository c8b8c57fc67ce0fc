"""A person's own API keys: made on My Account, theirs alone, ended for good."""

import re

import pytest
from django.test import Client

from forecourt.access import OperatorRole
from forecourt.audit.tests.factories import recorded
from forecourt.identity.tests.factories import PASSWORD
from forecourt.identity.tests.inbox import last_message
from forecourt.integrations.models import Credential
from forecourt.integrations.operations import issue_token
from forecourt.integrations.operations.own_keys import MOST_KEYS
from forecourt.integrations.tests.factories import ApiClient, make_credential
from forecourt.kit import clock
from forecourt.operators.tests.factories import make_member

NEW = "/me/api-keys/new"
KEY = {"name": "Home", "scopes": ["charge-points"]}


@pytest.fixture
def dora(cast) -> Client:
    """A driver who has just shown who she is."""
    client: Client = cast.client("dora")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def api(client_id: str, secret: str) -> ApiClient:
    return ApiClient(issue_token(client_id=client_id, client_secret=secret, at=clock.now()).access_token)


def test_a_key_is_made_shown_once_and_acts_as_its_person(dora, cast):
    page = dora.post(NEW, KEY).content.decode()
    secret, client_id = re.findall(r'data-copy="([^"]+)"', page)
    key = Credential.objects.get(person=cast.dora)
    assert (key.client_id, key.flavour, key.operator_id, key.scopes) == (client_id, "public", cast.platform.pk, ["charge-points"])
    assert api(client_id, secret).call("GET", "/auth/me").json()["userId"] == cast.dora.pk
    mine = dora.get("/me").content.decode()
    assert "Home" in mine
    assert secret not in mine
    assert "acts as you" in last_message("dora@example.com").text


def test_making_one_asks_again_who_it_is(cast):
    answer = cast.client("dora").post(NEW, KEY)
    assert (answer.status_code, answer.headers["Location"].startswith("/accounts/reauthenticate/")) == (302, True)
    assert not Credential.objects.exists()


@pytest.mark.parametrize(("given", "field"), [({"name": " "}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["teams:read"]}, "scopes")])
def test_bad_input_gets_its_message_at_the_field(dora, given, field):
    answer = dora.post(NEW, KEY | given)
    assert (answer.status_code, bool(answer.context["form"].errors[field])) == (422, True)
    assert not Credential.objects.exists()


def test_there_are_at_most_ten_that_live(dora, cast):
    for number in range(MOST_KEYS):
        make_credential(cast.platform, person=cast.dora, name=f"Key {number}")
    assert dora.post(NEW, KEY).status_code == 422
    dora.post(f"/me/api-keys/{Credential.objects.filter(person=cast.dora).latest('pk').pk}/revoke")
    assert dora.post(NEW, KEY).status_code == 200


def test_revoking_ends_it_at_once_after_asking(dora, cast):
    key, secret = make_credential(cast.platform, person=cast.dora, name="Home")
    program = api(key.client_id, secret)
    assert dora.get(f"/me/api-keys/{key.pk}/revoke").status_code == 200
    assert program.call("GET", "/auth/me").status_code == 200
    assert dora.post(f"/me/api-keys/{key.pk}/revoke").status_code == 303
    assert program.call("GET", "/auth/me").status_code == 401
    assert "Home" not in dora.get("/me").content.decode()


@pytest.mark.parametrize("who", ["ada", "eve", "root"])
def test_somebody_elses_key_is_not_there(cast, who):
    key, _secret = make_credential(cast.platform, person=cast.dora)
    assert cast.client(who).post(f"/me/api-keys/{key.pk}/revoke").status_code == 404
    assert Credential.objects.get(pk=key.pk).revoked_at is None


@pytest.mark.parametrize("path", ["", "/edit", "/secret", "/revoke"])
def test_an_admin_of_the_account_it_lies_in_does_not_reach_it(cast, path):
    make_member("Ina", OperatorRole.ADMIN, cast.platform)
    client = Client()
    client.post("/accounts/login/", {"login": "ina@example.com", "password": PASSWORD})
    key, _secret = make_credential(cast.platform, person=cast.dora, name="Hers")
    assert client.get(f"/api-keys/{key.pk}{path}").status_code == 404
    assert "Hers" not in client.get("/api-keys/").content.decode()


def test_its_name_is_personal_in_the_audit_log(dora, cast):
    dora.post(NEW, KEY)
    (event,) = recorded(entity_type="ApiCredential")
    assert (event.person_id, event.actor_id, event.entity_name) == (cast.dora.pk, cast.dora.pk, "Home")
