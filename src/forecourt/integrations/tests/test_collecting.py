"""What changed becomes entries: for whom, once, and with exactly what the GET gives."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import connection

from forecourt.integrations.models import Credential, WebhookConfig, WebhookEntry
from forecourt.integrations.operations.collecting import collect_from
from forecourt.integrations.queries import webhooks as queries
from forecourt.integrations.tests.factories import api_client
from forecourt.integrations.tests.receiver import make_webhook
from forecourt.kit.registries import webhook_sources
from forecourt.teams.models import Team

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
URL = "http://localhost:9/hook"
PATHS = {
    "charges": "charge_id", "charge-points": "charge_point_id", "sites": "site_id", "charge-auth-tokens": "key_id", "teams": "team_id",
    "team-members": "member_id", "users": "user_id", "wallet-transactions": "transaction_id", "price-groups": "group_id",
}  # fmt: skip


@pytest.fixture(autouse=True)
def private_hosts(settings):
    settings.PRIVATE_HOSTS = frozenset({"localhost"})


@pytest.fixture
def world(world):
    """Without a listener of its own."""
    WebhookConfig.objects.all().delete()
    return world


def source(event_type):
    return next(source for source in webhook_sources if source.event_type == event_type)


def listen(operator, **fields):
    """A client and its webhook."""
    client = api_client(operator, **{name: fields.pop(name) for name in ("scopes", "team_ids") if name in fields})
    make_webhook(Credential.objects.order_by("-pk")[0], URL, **fields)
    return client


def collected(event_type):
    """What one round writes."""
    before = set(WebhookEntry.objects.values_list("pk", flat=True))
    collect_from(source(event_type), listening=queries.listeners(), until=LATER)
    return [entry for entry in WebhookEntry.objects.order_by("pk") if entry.pk not in before]


@pytest.mark.parametrize("event_type", PATHS)
def test_the_payload_is_what_the_get_gives(world, event_type):
    client = listen(world.cast.northwind)
    WebhookConfig.objects.update(enabled_at=LONG_AGO)
    entries = collected(event_type)
    assert str(world.ids[PATHS[event_type]]) in [entry.entity_id for entry in entries]
    for entry in entries:
        assert entry.payload == client.call("GET", f"/{event_type}/{entry.entity_id}").text
        assert (entry.event_type, entry.entity_type, entry.change) == (event_type, source(event_type).entity_type, "created")


def test_every_source_is_tried_here():
    assert {source.event_type for source in webhook_sources} == set(PATHS)


@pytest.mark.parametrize("event_type", PATHS)
def test_a_stranger_is_told_nothing_of_it(world, event_type):
    listen(world.cast.eastgate)
    assert str(world.ids[PATHS[event_type]]) not in [entry.entity_id for entry in collected(event_type)]


def test_a_change_is_told_once(world):
    listen(world.cast.northwind)
    assert collected("teams")
    assert collected("teams") == []


def test_a_later_change_is_an_update_and_a_deletion_says_so(world):
    listen(world.cast.northwind)
    collected("teams")
    with connection.cursor() as cursor:  # the trigger stamps with the transaction's beginning, which is this test's
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE teams_team DISABLE TRIGGER touch")
    Team.objects.filter(pk=world.cast.harbour.pk).update(name="New", updated_at=LATER - timedelta(days=2))
    assert [(entry.entity_id, entry.change) for entry in collected("teams")] == [(str(world.cast.harbour.pk), "updated")]
    Team.objects.filter(pk=world.cast.harbour.pk).update(deleted_at=LATER, updated_at=LATER - timedelta(days=1))
    (entry,) = collected("teams")
    assert (entry.change, msgspec.json.decode(entry.payload)["name"]) == ("deleted", "New")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"event_types": ["teams"]}, True),
        ({"event_types": ["charges"]}, False),
        ({"scopes": ["teams:read"]}, True),
        ({"scopes": ["users:read"]}, False),
    ],
)
def test_who_listens_is_told_what_they_may_read(world, fields, told):
    listen(world.cast.northwind, **fields)
    assert bool(collected("teams")) is told


@pytest.mark.parametrize("narrow", ["the key", "the webhook"])
def test_a_choice_of_teams_narrows(world, narrow):
    harbour = world.cast.harbour.pk
    listen(world.cast.northwind, team_ids=[harbour]) if narrow == "the key" else None
    if narrow == "the webhook":
        api_client(world.cast.northwind)
        make_webhook(Credential.objects.order_by("-pk")[0], URL, team_ids=[harbour])
    assert {entry.entity_id for entry in collected("teams")} == {str(harbour)}


def test_what_changed_before_anybody_listened_is_not_told(world):
    listen(world.cast.northwind)
    (listener,) = queries.listeners()
    from dataclasses import replace

    assert collect_from(source("teams"), listening=[replace(listener, enabled_at=LATER - timedelta(days=1))], until=LATER) == 0


@pytest.mark.parametrize("event_type", PATHS)
def test_reading_changes_takes_the_index(world, event_type):
    sql = queries._changes_sql(source(event_type))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", [LATER, LATER, 0, LATER])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "_changes" in plan
