"""The webhook of an API key in the portal: bad input at its field, a secret shown once, the log, sent again."""

import pytest

from forecourt.integrations.models import Credential, WebhookConfig, WebhookEntry
from forecourt.integrations.secrets import headers_of, secret_of
from forecourt.integrations.tests.factories import make_credential
from forecourt.integrations.tests.receiver import make_entries, make_webhook
from forecourt.kit import clock
from forecourt.teams.tests.factories import make_team


@pytest.fixture
def credential(cast, settings):
    settings.PRIVATE_HOSTS = frozenset({"localhost"})
    return make_credential(cast.northwind, name="Fleet sync")[0]


@pytest.fixture
def ada(client, cast):
    client.force_login(cast.ada)
    return client


@pytest.fixture
def hook(credential, receiver):
    return make_webhook(credential, receiver.url)


def path(credential, rest=""):
    return f"/api-keys/{credential.pk}/webhook{rest}"


def given(**fields):
    return {
        "url": "http://localhost:9/hook",
        "secret": "",
        "event_types": ["charges"],
        "headers": "X-Customer: 42",
        "is_for_all": "on",
    } | fields


def test_a_key_without_a_webhook_says_how_to_set_one_up(ada, credential):
    page = ada.get(path(credential)).text
    assert "No webhook yet" in page
    assert f'href="{path(credential, "/edit")}"' in page


def test_a_secret_that_was_made_is_shown_once(ada, credential):
    made = ada.post(path(credential, "/edit"), given()).text
    config = WebhookConfig.objects.get()
    assert secret_of(config.secret_encrypted) in made
    assert secret_of(config.secret_encrypted) not in ada.get(path(credential)).text
    assert (config.event_types, headers_of(config.headers_encrypted), config.team_ids) == (["charges"], {"X-Customer": "42"}, None)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"url": ""}, "This field is required."),
        ({"url": "https://10.0.0.1/hook"}, "This host lies in a private network."),
        ({"url": "http://example.com/hook"}, "The address must begin with https://."),
        ({"secret": "short"}, "Use 16 to 191 characters."),
        ({"event_types": []}, "Choose at least one."),
        ({"headers": "Authorization: me"}, "At most five headers, their names beginning with X-"),
        ({"headers": "\n".join(f"X-{number}: 1" for number in range(6))}, "At most five headers"),
        ({"headers": "X-Customer"}, "One header a line"),
        ({"headers": "X-A: 1\nx-a: 2"}, "One header a line"),
        ({"team_ids": ["999999"]}, "Select a valid choice."),
        ({"is_for_all": ""}, "Choose at least one."),
    ],
)
def test_bad_input_has_its_message_and_stores_nothing(ada, credential, fields, says):
    answer = ada.post(path(credential, "/edit"), given(**fields))
    assert answer.status_code == 422
    assert says in answer.text
    assert WebhookConfig.objects.count() == 0


def test_only_teams_that_the_key_reaches_are_offered(ada, cast, credential):
    reached, other = make_team("Depot Nord", cast.southwind), make_team("Yard Syd", cast.southwind)
    Credential.objects.update(team_ids=[reached.pk])
    page = ada.get(path(credential, "/edit")).text
    assert ("Depot Nord" in page, "Yard Syd" in page) == (True, False)
    assert "Select a valid choice." in ada.post(path(credential, "/edit"), given(is_for_all="", team_ids=[other.pk])).text


@pytest.mark.parametrize("kind", ["charges", "ocpp-messages"])
def test_what_something_sends_is_offered(ada, credential, kind):
    assert f'value="{kind}"' in ada.get(path(credential, "/edit")).text


@pytest.mark.parametrize("kind", ["installer-jobs", "subscriptions", "plans", "reports"])
def test_what_nothing_sends_yet_is_not_offered_and_stays_if_set_by_api(ada, credential, hook, kind):
    assert f'value="{kind}"' not in ada.get(path(credential, "/edit")).text
    WebhookConfig.objects.update(event_types=[kind])
    assert f'value="{kind}"' in ada.get(path(credential, "/edit")).text
    ada.post(path(credential, "/edit"), given(event_types=[kind]))
    assert WebhookConfig.objects.get().event_types == [kind]


def test_saving_without_a_secret_keeps_it(ada, credential, hook):
    before = secret_of(hook.secret_encrypted)
    assert "signs too for 24 hours" in ada.get(path(credential, "/edit")).text
    ada.post(path(credential, "/edit"), given(event_types=["teams", "users"]))
    hook.refresh_from_db()
    assert (secret_of(hook.secret_encrypted), hook.event_types, hook.previous_secret_until) == (before, ["teams", "users"], None)
    assert "The old secret is good until</dt><dd>–" in ada.get(path(credential)).text
    ada.post(path(credential, "/edit"), given(secret="another-secret-of-mine"))
    assert "The old secret is good until</dt><dd>–" not in ada.get(path(credential)).text


def test_a_secret_that_no_key_opens_is_said_and_a_new_one_mends_it(ada, credential, hook):
    WebhookConfig.objects.update(secret_encrypted=b"\x01gone" + bytes(40))
    page = ada.get(path(credential))
    assert (page.status_code, "can no longer be read" in page.text) == (200, True)
    assert "can no longer be read" in ada.post(path(credential, "/test"), follow=True).text
    assert "Empty: one is made and shown once." in ada.get(path(credential, "/edit")).text
    made = ada.post(path(credential, "/edit"), given()).text
    assert secret_of(WebhookConfig.objects.get().secret_encrypted) in made
    assert "can no longer be read" not in ada.get(path(credential)).text


def test_a_test_says_what_came_back(ada, credential, hook, receiver):
    assert "The receiver answered 200." in ada.post(path(credential, "/test"), follow=True).text
    receiver.status = 503
    assert "The test did not arrive. The receiver answered 503." in ada.post(path(credential, "/test"), follow=True).text


def test_the_log_is_filtered_and_an_entry_shows_what_is_sent(ada, credential, hook):
    first, second = make_entries(hook, 2, payload='{"id":7}')
    WebhookEntry.objects.filter(pk=first.pk).update(state="failed", closed_at=clock.now(), answer="no room", last_status=507)
    page = ada.get(path(credential, "?state=failed")).text
    assert f"/entries/{first.pk}" in page
    assert f"/entries/{second.pk}" not in page
    entry = ada.get(path(credential, f"/entries/{first.pk}")).text
    for shown in ("{&quot;id&quot;:7}", "no room", "507"):
        assert shown in entry


def test_what_failed_is_sent_again_one_or_all(ada, credential, hook):
    rows = make_entries(hook, 3)
    WebhookEntry.objects.update(state="failed", closed_at=clock.now())
    ada.post(path(credential, f"/entries/{rows[0].pk}"))
    assert WebhookEntry.objects.filter(state="pending").count() == 1
    assert "Waiting to be sent again: 2." in ada.post(path(credential, "/replay"), follow=True).text
    assert WebhookEntry.objects.filter(state="pending").count() == 3


def test_one_that_was_switched_off_says_why_and_is_switched_on(ada, credential, hook):
    WebhookConfig.objects.update(switched_off_at=clock.now(), switched_off_reason="Nothing arrived for five days.")
    assert "Nothing arrived for five days." in ada.get(path(credential)).text
    ada.post(path(credential, "/on"))
    hook.refresh_from_db()
    assert hook.switched_off_at is None


def test_deleting_asks_first(ada, credential, hook):
    make_entries(hook, 1)
    assert "This cannot be undone." in ada.get(path(credential, "/delete")).text
    ada.post(path(credential, "/delete"))
    assert (WebhookConfig.objects.count(), WebhookEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize("rest", ["/test", "/on", "/replay", "/delete", "/entries/%d"])
def test_the_webhook_of_a_revoked_key_is_left_alone(ada, credential, hook, receiver, rest):
    (row,) = make_entries(hook, 1)
    WebhookEntry.objects.update(state="failed", closed_at=clock.now())
    credential.revoked_at = clock.now()
    credential.save(update_fields=["revoked_at"])
    ada.post(path(credential, rest % row.pk if "%" in rest else rest))
    assert WebhookEntry.objects.filter(state="failed").count() == 1
    assert receiver.requests == []


def test_who_may_only_read_has_no_buttons(client, cast, credential, hook):
    client.force_login(cast.oscar)
    page = client.get(path(credential)).text
    assert "/hook" in page or hook.url in page
    assert path(credential, "/edit") not in page
