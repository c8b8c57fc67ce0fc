"""Commands to stations: sent once, while they are valid, one at a time; every outcome is told."""

from datetime import timedelta
from typing import Any

import pytest

from forecourt.access import Actor
from forecourt.gateway import operations
from forecourt.gateway.config import CONFIG
from forecourt.gateway.models import OcppMessage
from forecourt.gateway.tests.stations import Running, eventually
from forecourt.kit import clock
from forecourt.network import operations as network
from forecourt.network.models import Command, Station

ACTIONS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("start", {"number": 1, "id_tag": "KEY1"}, "RemoteStartTransaction", {"connectorId": 1, "idTag": "KEY1"}),
    ("stop", {"transaction_id": "77"}, "RemoteStopTransaction", {"transactionId": 77}),
    ("reset", {"type": "hard"}, "Reset", {"type": "Hard"}),
    ("reset", {"type": "soft"}, "Reset", {"type": "Soft"}),
    ("unlock", {"number": 2}, "UnlockConnector", {"connectorId": 2}),
    ("change_availability", {"number": 1, "type": "inoperative"}, "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
    ("change_availability", {"type": "operative"}, "ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    ("get_configuration", {}, "GetConfiguration", {}),
    ("get_configuration", {"keys": ["A"]}, "GetConfiguration", {"key": ["A"]}),
    ("change_configuration", {"key": "A", "value": 1}, "ChangeConfiguration", {"key": "A", "value": "1"}),
    ("clear_cache", {}, "ClearCache", {}),
    ("change_availability", {"number": 0, "type": "operative"}, "ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    ("data_transfer", {"vendor_id": "Fjordlys", "message_id": "", "data": "{}"}, "DataTransfer", {"vendorId": "Fjordlys", "data": "{}"}),
    ("data_transfer", {"vendor_id": "Fjordlys", "message_id": "M", "data": ""}, "DataTransfer", {"vendorId": "Fjordlys", "messageId": "M"}),
    ("trigger_message", {"message": "MeterValues", "number": 1}, "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
]


def request(running: Running, action: str, payload: dict[str, Any], *, age: timedelta = timedelta()) -> Command:
    station = Station.objects.get(pk=running.ids["CP1"])
    return network.request_command(
        actor=Actor.system("test"), station=station, charge_point=None, action=action, payload=payload, at=clock.now() - age
    )


def settled(command: Command) -> Command:
    def look() -> Command | None:
        return Command.objects.filter(pk=command.pk).exclude(state__in=["requested", "sent"]).first()

    return eventually(look)


def test_every_action_is_said_in_ocpp_words(running: Running) -> None:
    station = running.connect()
    said = []
    for action, payload, _, _ in ACTIONS:
        command = request(running, action, payload)
        said.append((action, payload, *station.answer_next({"status": "Accepted"})[2:]))
        assert settled(command).state == "accepted"
    assert said == ACTIONS


def test_a_station_that_says_no(running: Running) -> None:
    station = running.connect()
    command = request(running, "unlock", {"number": 1})
    station.answer_next({"status": "UnlockFailed"})
    assert (settled(command).state, settled(command).answer) == ("rejected", {"status": "UnlockFailed"})


def test_a_station_that_answers_with_an_error(running: Running) -> None:
    station = running.connect()
    command = request(running, "clear_cache", {})
    assert station.socket.recv(5)
    station.socket.send(f'[4,"c{command.pk}","NotImplemented","what?",{{}}]')
    assert settled(command).answer == {"code": "NotImplemented", "description": "what?"}
    assert settled(command).state == "failed"


def test_a_command_waits_for_its_station(running: Running) -> None:
    command = request(running, "reset", {"type": "soft"})
    station = running.connect()
    assert station.answer_next({"status": "Accepted"})[2] == "Reset"
    assert settled(command).state == "accepted"


def test_an_expired_command_is_never_sent(running: Running) -> None:
    command = request(running, "unlock", {"number": 1}, age=timedelta(hours=1))
    station = running.connect()
    assert settled(command).state == "expired"
    with pytest.raises(TimeoutError):
        station.socket.recv(0.3)


def test_commands_are_sent_one_at_a_time(running: Running) -> None:
    station = running.connect()
    first, second = request(running, "reset", {"type": "soft"}), request(running, "clear_cache", {})
    asked = station.socket.recv(5)
    with pytest.raises(TimeoutError):
        station.socket.recv(0.3)
    station.socket.send(f'[3,"c{first.pk}",{{"status":"Accepted"}}]')
    assert "Reset" in str(asked)
    assert station.answer_next({"status": "Accepted"})[1] == f"c{second.pk}"


def test_a_command_that_is_not_answered_is_unknown(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CONFIG, "call_timeout_s", 0)
    station = running.connect()
    command = request(running, "reset", {"type": "soft"})
    station.socket.recv(5)
    assert settled(command).state == "unknown"


def test_an_answer_that_comes_too_late_settles_the_unknown_outcome(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CONFIG, "call_timeout_s", 0)
    station = running.connect()
    command = request(running, "reset", {"type": "soft"})
    station.socket.recv(5)
    assert settled(command).state == "unknown"
    station.socket.send(f'[3,"c{command.pk}",{{"status":"Accepted"}}]')
    eventually(lambda: Command.objects.filter(pk=command.pk, state="accepted").exists())


@pytest.mark.parametrize("answer", ['[ 3,"{id}",{{"status":"Accepted"}}]', '\n [3 , "{id}" , {{"status":"Accepted"}} ]\n'])
def test_white_space_in_an_answer_says_nothing(running: Running, answer: str) -> None:
    station = running.connect()
    command = request(running, "reset", {"type": "soft"})
    station.socket.recv(5)
    station.socket.send(answer.format(id=f"c{command.pk}"))
    assert settled(command).state == "accepted"


def test_a_command_taken_before_its_stations_link_is_written_is_settled_with_its_gateway(running: Running) -> None:
    command = request(running, "reset", {"type": "soft"})
    gateway_id = running.gateway.hub.gateway_id
    (due,) = network.take_commands(station_ids=[running.ids["CP1"]], gateway_id=gateway_id, at=clock.now())
    operations.end_process(gateway_id, at=clock.now())
    assert (due.id, Command.objects.get(pk=command.pk).state) == (command.pk, "unknown")


def test_a_takeover_fails_the_calls_of_the_old_connection(running: Running) -> None:
    station = running.connect()
    command = request(running, "reset", {"type": "soft"})
    station.socket.recv(5)
    running.connect()
    assert settled(command).state == "unknown"


def test_a_stations_password_is_not_in_its_log(running: Running) -> None:
    station = running.connect()
    command = request(running, "get_configuration", {})
    station.answer_next({"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": "a-secret-password"}]})
    settled(command)
    frames = eventually(lambda: [row.frame for row in OcppMessage.objects.filter(action="GetConfiguration", direction="in")])
    assert ["a-secret-password" in frame for frame in frames] == [False]
    assert '"•••"' in frames[0]
