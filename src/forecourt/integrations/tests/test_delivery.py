"""The sender: what arrives, what comes of failure, and that one slow receiver holds up nobody."""

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from tests.cast import assemble

from forecourt.access import Actor
from forecourt.audit.models import Event
from forecourt.integrations import delivery, operations, rules
from forecourt.integrations.delivery import Sender
from forecourt.integrations.models import WebhookConfig, WebhookEntry
from forecourt.integrations.operations import delivering
from forecourt.integrations.operations.delivering import Outcome, lease_batches, record_outcomes
from forecourt.integrations.secrets import previous_secret_of
from forecourt.integrations.tests.factories import make_credential
from forecourt.integrations.tests.receiver import SECRET, make_entries, make_webhook, receiving
from forecourt.kit import clock
from forecourt.notifications.models import Notification, OutgoingEmail
from forecourt.project.rotating import rotate

SYSTEM = Actor.system("test")
AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def webhook(cast, receiver):
    return make_webhook(make_credential(cast.northwind)[0], receiver.url, headers={"X-Tenant": "7"})


def batch(at=AT, *, is_failing=False):
    return lease_batches(limit=10, is_failing=is_failing, at=at)


def fail(at, *, is_failing=True):
    record_outcomes([Outcome(one, 500, "broken") for one in batch(at, is_failing=is_failing)], at=at)


def states(config):
    return list(WebhookEntry.objects.filter(config=config).order_by("pk").values_list("state", flat=True))


def test_the_delivery_is_that_of_the_contract(webhook):
    make_entries(webhook, 3, payload='{"id":42,"price":7.50}')
    (one,) = batch()
    body, headers = delivery.request_of(one, at=AT)
    entry = '{"entityType":"team","entityId":"%d","eventType":"updated","eventTime":"2026-11-01T12:00:00.000Z","payload":{"id":42,"price":7.50}}'
    entries = ",".join(entry % number for number in (1, 2, 3))
    assert body.decode() == f'{{"entries":[{entries}],"pending":0,"timestamp":1793577600000}}'
    assert headers["X-Monta-Signature"] == rules.sha1_signature(SECRET, body)
    assert headers["X-Tenant"] == "7"
    assert set(headers) >= {"webhook-id", "webhook-timestamp", "webhook-signature"}


def change_secret(webhook, secret, at):
    wanted = operations.Wanted(webhook.url, secret, ["*"], {})
    return operations.configure_webhook(actor=SYSTEM, credential=webhook.credential, wanted=wanted, at=at)


def signature(secret, headers, body, at):
    return rules.standard_headers(secret, message_id=headers["webhook-id"], at=at, body=body)["webhook-signature"]


def test_both_secrets_sign_for_a_day_the_new_one_first(webhook):
    new = "the-new-secret-of-the-receiver"
    change_secret(webhook, new, AT)
    change_secret(webhook, new, AT)  # the same again leaves the one before
    make_entries(webhook, 1)
    body, headers = delivery.request_of(batch()[0], at=AT)
    assert headers["webhook-signature"] == f"{signature(new, headers, body, AT)} {signature(SECRET, headers, body, AT)}"
    assert headers["X-Monta-Signature"] == rules.sha1_signature(new, body)
    later = AT + timedelta(hours=24)
    body, headers = delivery.request_of(batch(later)[0], at=later)
    assert headers["webhook-signature"] == signature(new, headers, body, later)


def test_a_secret_that_signs_no_more_is_forgotten_and_one_that_does_is_kept(webhook):
    change_secret(webhook, "the-new-secret-of-the-receiver", AT)
    operations.purge_entries(at=AT + timedelta(hours=23))
    assert WebhookConfig.objects.filter(previous_secret_encrypted=None).count() == 0
    operations.purge_entries(at=AT + timedelta(hours=24))
    assert WebhookConfig.objects.filter(previous_secret_encrypted=None, previous_secret_until=None).count() == 1


def test_the_previous_secret_is_written_anew_with_the_other_keys(webhook, settings):
    settings.ENCRYPTION_KEYS = ["old"]
    change_secret(webhook, "the-middle-secret-of-the-receiver", AT)
    change_secret(webhook, "the-newest-secret-of-the-receiver", AT)
    settings.ENCRYPTION_KEYS = ["new", "old"]
    rotate()
    settings.ENCRYPTION_KEYS = ["new"]
    kept = WebhookConfig.objects.get().previous_secret_encrypted
    assert previous_secret_of(kept) == "the-middle-secret-of-the-receiver"


def test_at_most_a_hundred_go_at_once_and_the_rest_is_counted(webhook):
    make_entries(webhook, 130)
    (one,) = batch()
    assert (len(one.events), one.left) == (100, 30)


def test_a_leased_receiver_is_nobody_elses_until_the_lease_ends(webhook):
    make_entries(webhook, 1)
    assert len(batch()) == 1
    assert batch() == []
    assert len(batch(AT + timedelta(seconds=31))) == 1


def test_a_receiver_whose_entries_another_sender_just_sent_is_given_back(webhook, monkeypatch):
    make_entries(webhook, 1)
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_waiting", lambda most: ({}, {}))
        assert batch() == []
    assert len(batch()) == 1


def test_what_is_delivered_is_done(webhook):
    make_entries(webhook, 2)
    record_outcomes([Outcome(batch()[0], 204)], at=AT)
    assert states(webhook) == ["completed", "completed"]
    assert batch() == []


def test_a_failure_waits_a_minute_and_less_goes_the_next_time(webhook):
    make_entries(webhook, 100)
    fail(AT, is_failing=False)
    assert batch(AT + timedelta(seconds=59), is_failing=True) == []
    (again,) = batch(AT + timedelta(seconds=60), is_failing=True)
    assert len(again.events) == 50
    entry = WebhookEntry.objects.get(pk=again.entry_ids[0])
    assert (entry.state, entry.attempts, entry.last_status, entry.answer) == ("pending", 1, 500, "broken")


def test_the_same_entries_sent_again_have_the_same_id_and_fewer_have_another(webhook):
    make_entries(webhook, 100)
    first, lease_over = batch()[0], AT + timedelta(seconds=31)
    (again,) = batch(lease_over)
    assert headers_of(first, AT)["webhook-id"] == headers_of(again, lease_over)["webhook-id"]
    record_outcomes([Outcome(again, 500)], at=lease_over)
    (fewer,) = batch(AT + timedelta(minutes=2), is_failing=True)
    assert set(fewer.entry_ids) < set(first.entry_ids)
    assert headers_of(fewer, AT)["webhook-id"] != headers_of(first, AT)["webhook-id"]


def headers_of(batch, at):
    return delivery.request_of(batch, at=at)[1]


def test_after_five_days_it_is_switched_off_and_the_admins_are_told(webhook, cast):
    make_entries(webhook, 1)
    fail(AT, is_failing=False)
    fail(AT + timedelta(days=5))
    webhook.refresh_from_db()
    assert (webhook.switched_off_reason, states(webhook)) == ("The receiver answered 500.", ["failed"])
    assert Notification.objects.filter(person_id=cast.ada.pk).count() == 1
    assert OutgoingEmail.objects.filter(kind="webhook-off", person_id=cast.ada.pk).count() == 1
    operations.switch_on(actor=SYSTEM, config=webhook, at=AT + timedelta(days=6))
    assert states(webhook) == ["pending"]
    assert len(batch(AT + timedelta(days=6))) == 1


def test_what_is_refused_again_and_again_is_given_up_and_can_be_sent_again(webhook):
    make_entries(webhook, 1)
    WebhookEntry.objects.update(attempts=rules.MOST_ATTEMPTS - 1)
    fail(AT, is_failing=False)
    assert states(webhook) == ["failed"]
    assert operations.replay(actor=SYSTEM, config=webhook, at=AT) == 1
    assert states(webhook) == ["pending"]


def answer(at, status, *, is_failing=True):
    """Send what is due and answer so; the entities' ids of each delivery."""
    batches = batch(at, is_failing=is_failing)
    record_outcomes([Outcome(one, status) for one in batches], at=at)
    return [[event.entity_id for event in one.events] for one in batches]


def refused_through_a_night(webhook):
    """One entry, refused until the next try is hours away."""
    make_entries(webhook, 1, entity_id_from=666)
    at, night = AT, AT + timedelta(hours=12)
    answer(at, 400, is_failing=False)
    while (at := WebhookConfig.objects.get().next_try_at) < night:
        assert answer(at, 400) == [["666"]]
    assert at - night > timedelta(hours=4)
    return night


def test_after_a_quiet_night_with_one_refused_entry_a_new_one_is_delivered_at_once(webhook):
    night = refused_through_a_night(webhook)
    assert answer(night, 200) == []
    make_entries(webhook, 2)
    assert answer(night, 200) == [["1"]]
    assert answer(night, 200, is_failing=False) == [["2"]]
    assert answer(night, 400, is_failing=False) == [["666"]]
    assert states(webhook) == ["failed", "completed", "completed"]
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.failures) == (None, 0)
    assert operations.replay(actor=SYSTEM, config=webhook, at=night) == 1
    assert answer(night, 200, is_failing=False) == [["666"]]


def test_a_second_entry_that_is_refused_waits_and_so_does_what_comes_after(webhook):
    night = refused_through_a_night(webhook)
    make_entries(webhook, 1)
    assert answer(night, 400) == [["1"]]
    make_entries(webhook, 1, entity_id_from=2)
    assert answer(night + timedelta(hours=1), 200) == []


@pytest.mark.parametrize("status", [None, 404, 429, 500])
def test_a_receiver_that_fails_is_left_alone_whatever_comes(webhook, status):
    make_entries(webhook, 1)
    answer(AT, status, is_failing=False)
    make_entries(webhook, 1)
    assert answer(AT + timedelta(seconds=59), 200) == []


def test_a_receiver_that_refuses_everything_is_switched_off_after_five_days(webhook):
    make_entries(webhook, 1)
    at, tries = AT, 1
    answer(at, 400, is_failing=False)
    while not WebhookConfig.objects.filter(switched_off_at__isnull=False).exists():
        at, tries = WebhookConfig.objects.get().next_try_at, tries + 1
        make_entries(webhook, 1)
        answer(at, 400)
    assert timedelta(days=5) <= at - AT < timedelta(days=6)
    assert tries < 30
    assert set(states(webhook)) == {"failed"}


def test_how_sending_goes_is_not_in_the_audit_log(webhook):
    before = Event.objects.count()
    make_entries(webhook, 1)
    answer(AT, 400, is_failing=False)
    answer(AT + timedelta(minutes=1), 200)
    assert Event.objects.count() == before


def test_a_revoked_key_is_sent_nothing(webhook):
    make_entries(webhook, 1)
    operations.revoke_credential(actor=SYSTEM, credential=webhook.credential, at=AT)
    assert batch() == []


def test_what_is_over_is_deleted_in_its_time(webhook):
    make_entries(webhook, 3)
    ids = list(WebhookEntry.objects.values_list("pk", flat=True))
    for id, state in zip(ids, ("completed", "failed"), strict=False):
        WebhookEntry.objects.filter(pk=id).update(state=state, closed_at=AT)
    assert operations.purge_entries(at=AT + timedelta(hours=25)) == 1
    assert operations.purge_entries(at=AT + timedelta(days=8)) == 1
    assert states(webhook) == ["pending"]


@pytest.mark.parametrize(("status", "delivered"), [(200, True), (302, False), (503, False)])
def test_a_test_tells_at_once_whether_it_arrives(webhook, receiver, status, delivered):
    receiver.status = status
    outcome = delivery.send_test(webhook, at=AT)
    assert (outcome.is_delivered, outcome.status, outcome.answer) == (delivered, status, "taken")
    assert len(receiver.requests) == 1  # no redirect is followed


def test_a_name_that_leads_home_later_is_not_asked(webhook, receiver, settings):
    make_entries(webhook, 1)
    settings.PRIVATE_HOSTS = frozenset()
    outcome = delivery.send_test(webhook, at=AT)
    assert (outcome.status, receiver.requests) == (None, [])


@pytest.fixture
def two_webhooks(own_database, receiver):
    """A slow receiver and a quick one, with real commits."""
    cast = assemble()
    with receiving() as slow:
        slow.delay = 2.0
        configs = [make_webhook(make_credential(cast.northwind)[0], one.url) for one in (slow, receiver)]
        yield configs, receiver
        slow.delay = 0.0


def test_a_secret_that_no_key_opens_fails_alone(two_webhooks):
    """Its own entries wait and say why; the next in the same round are delivered."""
    (unreadable, other), receiver = two_webhooks
    WebhookConfig.objects.filter(pk=unreadable.pk).update(secret_encrypted=b"\x01gone" + bytes(40))
    make_entries(unreadable, 1)
    make_entries(other, 3)
    with sending():
        wait_until(lambda: len(receiver.entries) == 3 and WebhookConfig.objects.filter(failures=1).exists())
    assert (states(unreadable), set(states(other))) == (["pending"], {"completed"})
    unreadable.refresh_from_db()
    assert (unreadable.leased_until, unreadable.failing_since is None) == (None, False)
    assert "can no longer be read" in WebhookEntry.objects.get(config=unreadable).error


def test_a_lost_database_is_waited_for(monkeypatch):
    asked = []

    def lease(**given):
        asked.append(given)
        if len(asked) == 1:
            raise OperationalError("the server closed the connection")
        return []

    monkeypatch.setattr(delivery, "AFTER_ERROR", 0.01)
    monkeypatch.setattr(delivery, "lease_batches", lease)
    with sending():
        wait_until(lambda: len(asked) > 1)


@contextmanager
def sending():
    """A sender in a thread, until the block ends and what is under way has been answered."""
    stop, ends = threading.Event(), list[None]()
    thread = threading.Thread(target=lambda: ends.append(Sender(stop).run()))
    thread.start()
    yield
    stop.set()
    thread.join(15)
    assert ends == [None]  # it came to its end, and nothing broke it off


def wait_until(happened):
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_slow_receiver_holds_up_nobody(two_webhooks):
    (slow, quick), receiver = two_webhooks
    make_entries(slow, 1)
    make_entries(quick, 250)
    begun = time.monotonic()
    with sending():
        wait_until(lambda: len(receiver.entries) >= 250)
        took = time.monotonic() - begun
    assert took < 2.0
    assert {entry["entityId"] for entry in receiver.entries} == {str(number) for number in range(1, 251)}
    assert set(states(quick)) == {"completed"} == set(states(slow))
    for headers, body in receiver.requests:
        assert headers["x-monta-signature"] == rules.sha1_signature(SECRET, body)
    assert WebhookConfig.objects.filter(leased_until__gt=clock.now()).count() == 0
