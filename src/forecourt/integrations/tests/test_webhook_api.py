"""Webhooks over the partner API: setting one up, what is refused, what it shows."""

import pytest
from django.db import connection

from forecourt.integrations.models import Credential, WebhookConfig
from forecourt.integrations.tests.factories import api_client
from forecourt.integrations.tests.receiver import SECRET, make_entries, make_webhook
from forecourt.kit import outside
from forecourt.operators.tests.factories import make_sub_account
from forecourt.teams.tests.factories import make_team

URL = "https://localhost/hook"
BODY = {
    "webhookUrl": URL, "webhookSecret": SECRET, "eventTypes": ["charges"], "customHeaders": {"headers": {"X-Key": "a"}}, "teamIds": None,
}  # fmt: skip


@pytest.fixture
def client(cast, settings):
    settings.PRIVATE_HOSTS = frozenset({"localhost"})
    return api_client(cast.northwind)


def test_a_webhook_is_set_up_replaced_and_deleted(client):
    assert client.call("GET", "/webhooks/config").status_code == 404
    assert client.call("PUT", "/webhooks/config", BODY).json() == BODY
    changed = BODY | {"eventTypes": ["*"], "customHeaders": None}
    assert client.call("PUT", "/webhooks/config", changed).json() == changed
    assert client.call("GET", "/webhooks/config").json() == changed
    assert client.call("DELETE", "/webhooks/config").status_code == 204
    assert WebhookConfig.objects.count() == 0


def test_a_secret_that_no_key_opens_is_said_and_replaced(client):
    make_webhook(Credential.objects.get(), URL)
    WebhookConfig.objects.update(secret_encrypted=b"\x01gone" + bytes(40))
    answer = client.call("GET", "/webhooks/config")
    assert (answer.status_code, answer.json()["context"]["code"]) == (400, "webhook_secret_unreadable")
    assert client.call("PUT", "/webhooks/config", BODY).json() == BODY


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("webhookUrl", "https://127.0.0.1/"),
        ("webhookUrl", "https://[::ffff:10.0.0.1]/"),
        ("webhookUrl", "http://example.com/"),
        ("webhookUrl", "https://localhost/" + "x" * 191),
        ("webhookUrl", "nonsense"),
        ("webhookSecret", "too-short"),
        ("webhookSecret", "x" * 192),
        ("eventTypes", []),
        ("eventTypes", ["weather"]),
        ("customHeaders", {"headers": {"Host": "x"}}),
        ("teamIds", [99999999]),
        ("teamIds", []),
    ],
)
def test_bad_input_is_named_and_stores_nothing(client, field, value):
    answer = client.call("PUT", "/webhooks/config", BODY | {field: value})
    assert (answer.status_code, list(answer.json()["context"]["fields"])) == (400, [field])
    assert WebhookConfig.objects.count() == 0


@pytest.mark.parametrize("reach", ["team_ids", "operator_ids"])
def test_a_team_that_the_key_does_not_reach_is_refused(cast, client, reach):
    reached, other = make_team("Depot", cast.southwind), make_team("Yard", make_sub_account("Westwind", of=cast.northwind))
    Credential.objects.update(**{reach: [reached.pk if reach == "team_ids" else cast.southwind.pk]})
    assert client.call("PUT", "/webhooks/config", BODY | {"teamIds": [reached.pk]}).status_code == 200
    answer = client.call("PUT", "/webhooks/config", BODY | {"teamIds": [reached.pk, other.pk]})
    assert answer.json()["context"]["fields"] == {"teamIds": "The key does not reach one of these teams."}
    assert WebhookConfig.objects.get().team_ids == [reached.pk]


def test_a_host_name_is_looked_up_once_and_before_the_transaction_of_the_idempotency_key(client, monkeypatch):
    looked_up = []
    monkeypatch.setattr(outside, "check_url", lambda url, field: looked_up.append((url, list(connection.savepoint_ids))))
    for _ in range(2):
        answer = client.call("PUT", "/webhooks/config", BODY, **{"Idempotency-Key": "set-up"})
        assert (answer.status_code, answer.json()) == (200, BODY)
    assert looked_up == [(BODY["webhookUrl"], [])]


def test_our_own_host_is_refused(client, settings):
    settings.PUBLIC_URL = "https://portal.example.com"
    answer = client.call("PUT", "/webhooks/config", BODY | {"webhookUrl": "https://portal.example.com/hook"})
    assert answer.json()["context"]["fields"] == {"webhookUrl": "This is our own address. Give that of your program."}


def test_entries_are_listed_and_shown(client):
    config = make_webhook(Credential.objects.get(), URL)
    first, second = make_entries(config, 2)
    page = client.call("GET", "/webhooks/entries?status=pending&perPage=1").json()
    assert (page["data"][0]["id"], page["meta"]["totalItemCount"]) == (second.pk, 2)
    entry = client.call("GET", f"/webhooks/entries/{first.pk}").json()
    assert entry["payload"] == {
        "entityType": "team", "entityId": "1", "eventType": "updated", "eventTime": "2026-11-01T12:00:00Z", "payload": {"id": 1},
    }  # fmt: skip
    assert (entry["status"], entry["error"], entry["eventType"]) == ("pending", None, "teams")
    assert client.call("GET", "/webhooks/entries?status=failed").json()["data"] == []


def test_another_credential_sees_none_of_it(client, cast):
    config = make_webhook(Credential.objects.get(), URL)
    (entry,) = make_entries(config, 1)
    other = api_client(cast.northwind)
    assert other.call("GET", "/webhooks/entries").json()["data"] == []
    assert other.call("GET", f"/webhooks/entries/{entry.pk}").status_code == 404
    assert other.call("GET", "/webhooks/config").status_code == 404


def test_the_signature_is_explained(client):
    path = "/webhooks/get-signature-detail?webhookSecret=top-secret&includeSecrets={}"
    shown = client.generic("POST", "/api/v1" + path.format("true"), b'{"foo": "bar"}', content_type="application/json").json()
    assert shown["signatureWithPrefix"] == "sha1=d7f7fb0093470143a57bc39a3d9f0bb61fa67131"
    assert (shown["receivedPayloadString"], shown["webhookSecretBytes"]) == ('{"foo": "bar"}', b"top-secret".hex())
    hidden = client.call("POST", path.format("false"), {"foo": "bar"}).json()
    assert "top-secret" not in str(hidden)
    assert hidden["signature"] == "ff401a885877ab7e4665f9e045f9ee2d5876fdb9"
