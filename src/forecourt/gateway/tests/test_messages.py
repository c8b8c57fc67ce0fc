"""What stations report, over a real socket: committed before it is answered, once, in order, only their own."""

import asyncio
import json
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from ocpp.routing import on
from ocpp.v16 import ChargePoint as OcppStation
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action, AuthorizationStatus, ChargePointErrorCode, ChargePointStatus, RegistrationStatus
from websockets.asyncio.client import connect

from forecourt.charging import operations as charging
from forecourt.charging.intents import Outcome
from forecourt.charging.models import Charge, MeterValue
from forecourt.charging.operations.samples import store_samples
from forecourt.gateway.config import CONFIG
from forecourt.gateway.models import SeenMessage
from forecourt.gateway.queries import MessageFilter, message_rows
from forecourt.gateway.recording import record
from forecourt.gateway.tests.stations import Running, basic, eventually
from forecourt.kit import clock
from forecourt.network.models import ChargeKey, ChargePoint, Station, StationLink
from forecourt.network.tests.factories import STATION_PASSWORD

OCPP_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def start(number: int = 1, *, tag: str = "KEY1", at: str = "2026-11-22T10:00:00Z", meter: int = 100) -> dict[str, Any]:
    return {"connectorId": number, "idTag": tag, "meterStart": meter, "timestamp": at}


def meter(wh: int, transaction_id: int, *, at: str = "2026-11-22T10:10:00Z") -> dict[str, Any]:
    return {"connectorId": 1, "transactionId": transaction_id, "meterValue": [{"timestamp": at, "sampledValue": [{"value": str(wh)}]}]}


def stop(transaction_id: int, *, at: str = "2026-11-22T10:20:00Z", wh: int = 5_100) -> dict[str, Any]:
    return {"transactionId": transaction_id, "idTag": "KEY1", "meterStop": wh, "timestamp": at}


class LibraryStation(OcppStation):  # the library has no types
    @on(Action.trigger_message)  # type: ignore[untyped-decorator]
    def on_trigger_message(self, **_: object) -> call_result.TriggerMessage:
        return call_result.TriggerMessage("Accepted")


async def _visit(url: str) -> list[Any]:
    async with connect(url, subprotocols=["ocpp1.6"], additional_headers=basic("CP1", STATION_PASSWORD)) as socket:  # type: ignore[list-item]
        station = LibraryStation("CP1", socket)
        reading = asyncio.create_task(station.start())
        answers: list[Any] = [
            await station.call(call.BootNotification("Kaj 22", "Fjordlys", firmware_version="4.2")),
            await station.call(call.StatusNotification(1, ChargePointErrorCode.no_error, ChargePointStatus.preparing)),
            await station.call(call.Authorize("KEY1")),
            started := await station.call(call.StartTransaction(1, "KEY1", 100, "2026-11-22T10:00:00Z")),
            await station.call(call.MeterValues(1, meter(2_100, 0)["meterValue"], started.transaction_id)),
            await station.call(call.StopTransaction(5_100, "2026-11-22T10:20:00Z", started.transaction_id, id_tag="KEY1")),
            await station.call(call.FirmwareStatusNotification("Idle")),
            await station.call(call.DataTransfer("somebody")),
        ]
        reading.cancel()
    return answers


def test_a_whole_visit_of_a_station_of_the_ocpp_library(running: Running) -> None:
    boot, _, authorised, started, _, stopped, _, data = asyncio.run(_visit(running.url("CP1")))
    assert (boot.status, boot.interval) == (RegistrationStatus.accepted, CONFIG.heartbeat_interval_s)
    assert OCPP_MOMENT.fullmatch(boot.current_time)
    assert {answer.id_tag_info["status"] for answer in (authorised, started, stopped)} == {AuthorizationStatus.accepted}
    assert data.status == "UnknownVendorId"
    charge = Charge.objects.get()
    assert (charge.transaction_id, charge.meter_start_wh, charge.meter_stop_wh) == (str(started.transaction_id), 100, 5_100)
    assert Station.objects.get(pk=running.ids["CP1"]).reported_vendor == "Fjordlys"
    assert ChargePoint.objects.get(pk=running.ids["One"]).ocpp_status == "Preparing"


def test_transaction_ids_are_random_31_bits(running: Running) -> None:
    station = running.connect()
    ids = [station.call("StartTransaction", start(at=f"2026-11-22T10:{minute:02}:00Z"))[2]["transactionId"] for minute in range(6)]
    assert len(set(ids)) == 6
    assert all(0 < id < 2**31 for id in ids)
    assert ids != list(range(ids[0], ids[0] + 6))


def test_a_repeated_message_gets_its_first_answer_and_is_stored_once(running: Running) -> None:
    station = running.connect()
    first = station.call("StartTransaction", start(), message_id="s")
    assert station.call("StartTransaction", start(), message_id="s") == first
    for _ in range(2):
        station.call("MeterValues", meter(2_100, first[2]["transactionId"]), message_id="v")
    assert Charge.objects.count() == 1
    assert MeterValue.objects.count() == 1
    assert SeenMessage.objects.filter(station_id=running.ids["CP1"]).count() == 2


def test_a_message_repeated_over_a_new_connection_gets_its_first_answer(running: Running) -> None:
    first = running.connect().call("StartTransaction", start(), message_id="s")
    assert running.connect().call("StartTransaction", start(), message_id="s") == first
    assert Charge.objects.count() == 1


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("BootNotification", {"chargePointVendor": "Fjordlys", "chargePointModel": "Kaj 22"}),
        ("Authorize", {"idTag": "KEY1"}),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}),
        ("DataTransfer", {"vendorId": "Fjordlys"}),
    ],
)
def test_a_message_without_a_moment_is_the_same_only_within_its_connection(
    running: Running, action: str, payload: dict[str, object]
) -> None:
    """Many stations number their messages from 1 at each boot."""
    station = running.connect()
    first = [station.call(action, payload, message_id="1") for _ in range(2)]
    assert first[0] == first[1]
    assert SeenMessage.objects.count() == 1
    again = running.connect().call(action, payload, message_id="1")
    assert SeenMessage.objects.count() == 2
    if action == "BootNotification":
        assert again[2]["currentTime"] > first[0][2]["currentTime"]


def test_a_key_that_was_blocked_meanwhile_is_refused_over_a_new_connection(running: Running) -> None:
    ask = {"idTag": "KEY1"}
    assert running.connect().call("Authorize", ask, message_id="1")[2]["idTagInfo"]["status"] == "Accepted"
    ChargeKey.objects.update(blocked_at="2026-11-22T10:00:00Z")
    assert running.connect().call("Authorize", ask, message_id="1")[2]["idTagInfo"]["status"] == "Blocked"


def test_after_the_repeat_window_a_message_is_carried_out_anew(running: Running) -> None:
    station = running.connect()
    station.call("MeterValues", meter(2_100, 1), message_id="v")
    SeenMessage.objects.update(at=clock.now() - timedelta(minutes=CONFIG.repeat_minutes, seconds=1))
    station.call("MeterValues", meter(2_100, 1), message_id="v")
    (seen,) = SeenMessage.objects.all()
    assert clock.now() - seen.at < timedelta(minutes=1)


def test_the_same_id_with_another_payload_is_another_message(running: Running) -> None:
    station = running.connect()
    transaction_id = station.call("StartTransaction", start())[2]["transactionId"]
    for wh in (2_100, 2_200):
        station.call("MeterValues", meter(wh, transaction_id), message_id="v")
    assert MeterValue.objects.count() == 2


def test_two_stations_may_use_the_same_message_id(running: Running) -> None:
    mine = running.connect("CP1").call("StartTransaction", start(), message_id="s")
    theirs = running.connect("CP2").call("StartTransaction", start(tag="KEY2"), message_id="s")
    assert mine[2]["transactionId"] != theirs[2]["transactionId"]


def test_the_transaction_of_another_station_can_be_neither_metered_nor_stopped(running: Running) -> None:
    transaction_id = running.connect("CP1").call("StartTransaction", start())[2]["transactionId"]
    thief = running.connect("CP2")
    thief.call("MeterValues", meter(9_999_999, transaction_id))
    assert thief.call("StopTransaction", stop(transaction_id))[0] == 3
    charge = Charge.objects.get()
    assert (charge.stopped_at, charge.meter_stop_wh) == (None, None)
    assert not MeterValue.objects.exists()


def test_an_unknown_key_is_not_accepted(running: Running) -> None:
    station = running.connect()
    assert station.call("Authorize", {"idTag": "NOBODY"})[2]["idTagInfo"]["status"] != "Accepted"
    assert station.call("StartTransaction", start(tag="NOBODY"))[2]["idTagInfo"]["status"] != "Accepted"


def test_an_outcome_without_a_status_is_a_no(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charging, "authorize", lambda intents, **_: [Outcome() for _ in intents])
    assert running.connect().call("Authorize", {"idTag": "KEY1"})[2] == {"idTagInfo": {"status": "Invalid"}}


def test_a_meter_that_runs_backwards_is_billed_as_zero_and_flagged(running: Running) -> None:
    station = running.connect()
    transaction_id = station.call("StartTransaction", start(meter=5_000))[2]["transactionId"]
    assert station.call("StopTransaction", stop(transaction_id, wh=10))[0] == 3
    charge = Charge.objects.get()
    assert (charge.meter_stop_wh, charge.meter_stop_reported_wh, charge.is_suspicious) == (5_000, 10, True)


def test_old_messages_of_a_station_that_was_offline_keep_their_own_times(running: Running) -> None:
    station = running.connect()
    transaction_id = station.call("StartTransaction", start(at="2026-11-01T08:00:00Z"))[2]["transactionId"]
    station.call("StopTransaction", stop(transaction_id, at="2026-11-01T09:00:00Z"))
    charge = Charge.objects.get()
    assert [str(moment)[:13] for moment in (charge.started_at, charge.stopped_at)] == ["2026-11-01 08", "2026-11-01 09"]


def test_a_status_of_an_unknown_connector_is_answered_and_logged(running: Running) -> None:
    station = running.connect()
    status = {"connectorId": 77, "errorCode": "NoError", "status": "Available"}
    assert station.call("StatusNotification", status) == [3, "m1", {}]
    rows = message_rows(running.ids["CP1"], filters=MessageFilter(action="StatusNotification"))
    assert [(row.direction, row.number) for row in rows] == [("out", 77), ("in", 77)]


def test_the_log_keeps_frames_as_they_crossed_the_wire(running: Running) -> None:
    station = running.connect()
    frame = '[2, "ä\\t1", "DataTransfer", {"vendorId":"a\\\\b\\n","data":"1\\u00e6"}]'
    station.send(frame)
    station.call("Heartbeat", {}, message_id="h")
    eventually(lambda: len(message_rows(running.ids["CP1"])) == 4)
    rows = message_rows(running.ids["CP1"], filters=MessageFilter(action="DataTransfer"))
    assert [(row.direction, row.type, row.message_id) for row in rows] == [("out", 3, "ä\t1"), ("in", 2, "ä\t1")]
    assert rows[1].frame == frame


def test_calls_sent_without_waiting_are_answered_in_order(running: Running) -> None:
    station = running.connect()
    for number in range(20):
        station.socket.send(
            json.dumps([2, str(number), "DataTransfer" if number % 3 else "Heartbeat", {"vendorId": "a"} if number % 3 else {}])
        )
    assert [json.loads(station.socket.recv(5))[1] for _ in range(20)] == [str(number) for number in range(20)]


def test_a_station_that_does_not_wait_is_read_as_fast_as_its_calls_are_carried_out(running: Running) -> None:
    station = running.connect(ping_interval=None)
    for number in range(200):
        station.socket.send(json.dumps([2, str(number), "DataTransfer", {"vendorId": "a"}]))
    assert [json.loads(station.socket.recv(10))[1] for _ in range(200)] == [str(number) for number in range(200)]
    assert station.call("Heartbeat", {})[0] == 3


def test_many_calls_that_wait_behind_a_slow_one_are_answered_in_order(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def slow(*batch: Any) -> None:
        assert gate.wait(5)
        record(*batch)

    monkeypatch.setattr("forecourt.gateway.batches.record", slow)
    station = running.connect(ping_interval=None)
    station.socket.send(json.dumps([2, "0", "DataTransfer", {"vendorId": "a"}]))
    for number in range(1, 900):
        station.socket.send(f'[2,"{number}","Heartbeat",{{}}]')
    session = running.gateway.hub.sessions[running.ids["CP1"]]
    eventually(lambda: session.is_resting)
    gate.set()
    assert [json.loads(station.socket.recv(10))[1] for _ in range(900)] == [str(number) for number in range(900)]
    assert not session.is_resting


def test_one_message_that_cannot_be_recorded_costs_itself_alone(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    authorize = charging.authorize

    def explode(intents, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / %s", [0 if any(intent.id_tag == "BOMB" for intent in intents) else 1])
        return authorize(intents, **kwargs)

    monkeypatch.setattr(charging, "authorize", explode)
    good, bad = running.connect("CP1"), running.connect("CP2")
    for station, tag in ((good, "KEY1"), (bad, "BOMB")):
        station.socket.send(json.dumps([2, tag, "Authorize", {"idTag": tag}]))
    assert json.loads(good.socket.recv(5))[2]["idTagInfo"]["status"] == "Accepted"
    assert json.loads(bad.socket.recv(5))[:3] == [4, "BOMB", "InternalError"]
    assert bad.call("Heartbeat", {})[0] == 3


def test_a_message_that_the_database_refuses_is_answered_and_leaves_the_others_alone(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are carried out without savepoints first; what is refused is set apart when they are begun again."""

    def refuse(owned, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / %s", [0 if any(readings[0].samples[0].value == "13" for *_, readings in owned) else 1])
        store_samples(owned, **kwargs)

    monkeypatch.setattr("forecourt.charging.operations.meters.store_samples", refuse)
    stations = {"7": running.connect("CP1"), "13": running.connect("CP2")}
    for value, station in stations.items():
        payload = {"connectorId": 1, "meterValue": [{"timestamp": "2026-11-22T10:10:00Z", "sampledValue": [{"value": value}]}]}
        station.socket.send(json.dumps([2, value, "MeterValues", payload]))
    assert [json.loads(station.socket.recv(5)) for station in stations.values()] == [[3, "7", {}], [3, "13", {}]]
    assert [row.station_id for row in MeterValue.objects.all()] == [running.ids["CP1"]]


def test_a_lost_database_connection_delays_an_answer_and_loses_nothing(running: Running) -> None:
    station = running.connect()
    transaction_id = station.call("StartTransaction", start())[2]["transactionId"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert station.call("MeterValues", meter(2_100, transaction_id)) == [3, "m2", {}]
    assert MeterValue.objects.count() == 1


def test_when_a_station_was_last_heard_is_written_in_time(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecourt.gateway.hub.WRITE_HEARD_EVERY_S", 0.1)
    station = running.connect()
    linked = eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"]).first())
    station.call("Heartbeat", {})
    eventually(lambda: StationLink.objects.filter(station_id=running.ids["CP1"], last_message_at__gt=linked.last_message_at).exists())
