"""What webhooks are told of stations: each exchange and each connection once, in the order of commits, to whom it belongs."""

import time
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import connection

from forecourt.access import Actor
from forecourt.gateway import logs, webhooks
from forecourt.gateway.models import StationEvent
from forecourt.integrations.models import Credential, WebhookConfig, WebhookCursor, WebhookEntry
from forecourt.integrations.operations.collecting import collect_happenings
from forecourt.integrations.queries import webhooks as queries
from forecourt.integrations.tests.factories import AT, ApiClient, api_client
from forecourt.integrations.tests.receiver import make_webhook
from forecourt.kit import clock
from forecourt.network import operations as commands
from forecourt.network.intents import CommandAnswer
from forecourt.network.models import Station
from forecourt.operators.models import Operator

MESSAGES, CONNECTIONS = webhooks.STREAMS
HEARTBEAT = b'[2,"m1","Heartbeat",{}]'
AUTHORIZE = b'[2,"m2","Authorize",{"idTag":"KEY2"}]'
RESET, ACCEPTED = b'[2,"c1","Reset",{"type":"Soft"}]', b'[3,"c1",{"status":"Accepted"}]'


@pytest.fixture
def clients(network, settings) -> dict[str, ApiClient]:
    """Two operators that listen to everything."""
    settings.PRIVATE_HOSTS = frozenset({"localhost"})
    return {name: listen(name) for name in ("Northwind", "Eastgate")}


def listen(name: str) -> ApiClient:
    client = api_client(Operator.objects.get(name=name))
    make_webhook(Credential.objects.order_by("-pk")[0], "http://localhost:9/hook")
    return client


def write(*lines: str) -> None:
    with connection.cursor() as cursor, cursor.copy(logs.COPY) as copy:
        copy.write("".join(lines))


def told(stream, to: str = "Northwind") -> list[tuple[str, str, dict[str, Any]]]:
    """What one round tells an operator: change, entity, payload."""
    WebhookEntry.objects.all().delete()
    collect_happenings(stream, listening=queries.listeners())
    rows = WebhookEntry.objects.filter(config__credential__operator__name=to).order_by("pk")
    return [(row.change, row.entity_id, msgspec.json.decode(row.payload)) for row in rows]


def now_ms() -> int:
    return int(time.time() * 1000)


def test_what_is_said_is_told_once_with_its_answer_as_the_log_shows_it(clients, network):
    at, station = now_ms(), network["CP1"]
    write(logs.exchange(at, station, "m1", "Heartbeat", HEARTBEAT, at + 5, b'[3,"m1",{}]'))
    write(logs.exchange(at + 10, station, "m2", "Authorize", AUTHORIZE, at + 12, b'[3,"m2",{}]', 2))
    write(logs.line(at + 20, station, "out", 2, "c1", "Reset", RESET), logs.line(at + 30, station, "in", 0, "", "", b"hello"))
    both = [network["One"], network["Two"]]
    said = [(change, one["chargePointIds"], one["sender"], one["action"], one["response"]) for change, _, one in told(MESSAGES)]
    assert said == [
        (webhooks.EXCHANGE, both, "charge-point", "Heartbeat", '[3,"m1",{}]'),
        (webhooks.EXCHANGE, [network["Two"]], "charge-point", "Authorize", '[3,"m2",{}]'),
        (webhooks.NONSENSE, both, "charge-point", None, None),
    ]
    write(logs.line(at + 40, station, "in", 3, "c1", "Reset", ACCEPTED))
    ((change, _id, answered),) = told(MESSAGES)
    assert (change, answered["sender"]) == (webhooks.EXCHANGE, "central-system")
    assert (answered["request"], answered["response"]) == (RESET.decode(), ACCEPTED.decode())
    assert answered["requestedAt"] < answered["respondedAt"]
    write(logs.line(at + 50, station, "out", 4, "gone", "Heartbeat", b'[4,"gone","GenericError","",{}]'))
    ((_change, _id, late),) = told(MESSAGES)
    assert (late["sender"], late["request"], late["response"][:9]) == ("charge-point", None, '[4,"gone"')
    assert told(MESSAGES) == []


def test_a_command_that_is_not_answered_in_time_is_told_with_what_was_sent(clients, network):
    station, sent = Station.objects.get(pk=network["CP1"]), clock.now()
    command = commands.request_command(actor=Actor.system("test"), station=station, charge_point=None, action="reset", payload={}, at=sent)
    commands.take_commands(station_ids=[station.pk], gateway_id=7, at=sent)
    write(logs.line(int(sent.timestamp() * 1000) + 5, station.pk, "out", 2, f"c{command.pk}", "Reset", RESET))
    assert told(MESSAGES) == []
    commands.answer_commands([CommandAnswer(command.pk, "unknown", None, sent + timedelta(seconds=30))])
    ((change, _id, asked),) = told(MESSAGES)
    assert (change, asked["sender"], asked["action"]) == (webhooks.UNANSWERED, "central-system", "Reset")
    assert (asked["request"], asked["respondedAt"], asked["response"]) == (RESET.decode(), None, None)
    assert told(MESSAGES) == []


def test_what_was_recorded_late_because_the_database_was_away_is_told(clients, network):
    """Nothing is read then either: the cursor's time stands still."""
    told(MESSAGES)
    WebhookCursor.objects.filter(pk=MESSAGES.event_type).update(at=clock.now() - timedelta(hours=1))
    late = now_ms() - 3_000_000
    WebhookConfig.objects.update(enabled_at=clock.now() - timedelta(hours=2))
    write(logs.exchange(late, network["CP1"], "m1", "Heartbeat", HEARTBEAT, late + 5, b'[3,"m1",{}]'))
    assert len(told(MESSAGES)) == 1


def test_a_strangers_key_is_masked_as_in_the_log_and_strangers_are_told_nothing(clients, network):
    at = now_ms()
    write(logs.exchange(at, network["CP1"], "m2", "Authorize", AUTHORIZE, at + 2, b'[3,"m2",{}]', 1))
    ((_change, _id, payload),) = told(MESSAGES)
    log = clients["Northwind"].call("GET", f"/charge-points/{network['One']}/logs").json()["data"]
    assert payload["request"] in [row["message"] for row in log]
    assert "KEY2" not in payload["request"]
    assert not WebhookEntry.objects.filter(config__credential__operator__name="Eastgate").exists()


def test_a_connection_is_told_of_each_charge_point_with_what_its_get_gives(clients, network):
    for station, kind in (("CP1", "connected"), ("CP1", "silent"), ("CP2", "connected")):
        StationEvent.objects.create(station_id=network[station], kind=kind)
    given = [(change, int(id)) for change, id, _ in told(CONNECTIONS)]
    assert sorted(given) == [(webhooks.EVENTS["connected"], network["One"]), (webhooks.EVENTS["connected"], network["Two"])]
    for entry in WebhookEntry.objects.filter(config__credential__operator__name="Northwind"):
        assert entry.payload == clients["Northwind"].call("GET", f"/charge-points/{entry.entity_id}").text
    StationEvent.objects.create(station_id=network["CP1"], kind="disconnected")
    assert {change for change, _, _ in told(CONNECTIONS)} == {webhooks.EVENTS["disconnected"]}


def test_what_commits_late_is_not_passed_over(clients, network):
    """Who began first commits last: nothing after it is told before, and nothing twice."""
    settings = connection.get_connection_params()
    late = {name: settings[name] for name in ("dbname", "user", "password", "host", "port") if name in settings}
    with psycopg.connect(**late) as slow:
        slow.execute("INSERT INTO gateway_stationevent (station_id, kind, at) VALUES (%s, 'connected', now())", [network["CP2"]])
        StationEvent.objects.create(station_id=network["CP2"], kind="disconnected")
        assert told(CONNECTIONS, "Eastgate") == []
        slow.commit()
    changes = [change for change, _, _ in told(CONNECTIONS, "Eastgate")]
    assert sorted(changes) == sorted(webhooks.EVENTS[kind] for kind in ("connected", "disconnected"))
    assert told(CONNECTIONS, "Eastgate") == []


@pytest.mark.django_db
@pytest.mark.parametrize(("sql", "index"), [(webhooks._MESSAGES, "station_id = ANY"), (webhooks._EVENTS, "station_event_at")])
def test_reading_takes_an_index(sql, index):
    values = {
        "stations": [1, 2],
        "since": AT,
        "first": 1,
        "until": 9,
        "most": 2,
        "within": webhooks.ANSWERED_WITHIN,
        "kinds": ["connected"],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan
    assert "Seq Scan" not in plan


def test_a_backlog_is_told_in_parts(clients, network, monkeypatch):
    monkeypatch.setattr(queries, "CHUNK", 2)
    for number in range(5):
        write(logs.exchange(now_ms(), network["CP2"], f"m{number}", "Heartbeat", HEARTBEAT, now_ms(), b"[3,1,{}]"))
    parts = [len(told(MESSAGES, "Eastgate")) for _ in range(4)]
    assert parts == [2, 2, 1, 0]


def test_after_a_restore_the_old_clusters_cursor_is_not_used(clients, network):
    told(CONNECTIONS, "Eastgate")
    WebhookCursor.objects.filter(pk=CONNECTIONS.event_type).update(row_id=2**40)
    StationEvent.objects.create(station_id=network["CP2"], kind="connected")
    assert len(told(CONNECTIONS, "Eastgate")) == 1
