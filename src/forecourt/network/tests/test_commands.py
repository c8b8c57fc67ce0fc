"""Commands: asked for, taken, answered, each once."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.network import operations
from forecourt.network.intents import BootIntent, CommandAnswer, NewCommand
from forecourt.network.models import Command
from forecourt.network.tests.factories import AT, make_charge_point, make_station

SECOND = timedelta(seconds=1)


@pytest.fixture
def station(cast):
    return make_station("CP-1", cast.harbour)


GATEWAY = 7


def ask(station, action="unlock", key=None, at=AT, **payload):
    (command,) = operations.request_commands([NewCommand(station.pk, None, action, payload, key=key)], at=at)
    return command


def take(station, at=AT):
    return operations.take_commands(station_ids=[station.pk], gateway_id=GATEWAY, at=at)


def state_of(command):
    return Command.objects.get(pk=command.pk).state


def test_a_command_is_taken_once_and_answered_once(station):
    command = ask(station, number=1)
    (due,) = take(station)
    assert (due.id, due.action, due.payload) == (command.pk, "unlock", {"number": 1})
    assert take(station) == []
    accepted = CommandAnswer(command.pk, "accepted", {"status": "Unlocked"}, AT + SECOND)
    assert operations.answer_commands([accepted]) == [command.pk]
    assert operations.answer_commands([CommandAnswer(command.pk, "rejected", None, AT + 2 * SECOND)]) == []
    command.refresh_from_db()
    assert (command.state, command.answer, command.answered_at) == ("accepted", {"status": "Unlocked"}, AT + SECOND)


def test_a_command_that_nobody_sent_takes_no_answer(station):
    command = ask(station)
    assert operations.answer_commands([CommandAnswer(command.pk, "accepted", None, AT)]) == []
    assert state_of(command) == "requested"


def test_the_same_key_is_the_same_request_while_it_is_open(station):
    first = ask(station, key="unlock:1")
    assert ask(station, key="unlock:1").pk == first.pk
    take(station)
    assert ask(station, key="unlock:1").pk == first.pk
    operations.answer_commands([CommandAnswer(first.pk, "failed", None, AT)])
    assert ask(station, key="unlock:1").pk != first.pk


def test_a_batch_comes_back_in_its_order_without_deleted_stations(cast, station):
    gone = make_station("CP-9", cast.harbour, deleted_at=AT)
    wanted = [
        NewCommand(station.pk, None, "clear_cache", {}),
        NewCommand(gone.pk, None, "clear_cache", {}),
        NewCommand(station.pk, None, "reset", {"type": "soft"}, key="reset"),
        NewCommand(station.pk, None, "trigger_message", {"message": "Heartbeat"}),
    ]
    assert [command.action for command in operations.request_commands(wanted, at=AT)] == ["clear_cache", "reset", "trigger_message"]


def test_nothing_is_sent_after_its_expiry(station):
    command = ask(station)
    assert take(station, AT + 60 * SECOND) == []
    assert [answer.command_id for answer in operations.expire_commands(at=AT + 60 * SECOND)] == [command.pk]
    assert operations.expire_commands(at=AT + 61 * SECOND) == []
    assert state_of(command) == "expired"


def test_after_a_gateway_died_the_harmless_wait_again_and_the_others_are_unknown(station):
    reading, reset = ask(station, "get_configuration", keys=[]), ask(station, "reset", type="soft")
    take(station)
    lost = operations.settle_unanswered(GATEWAY, at=AT + SECOND)
    assert [(answer.command_id, answer.state) for answer in lost] == [(reset.pk, "unknown")]
    assert operations.settle_unanswered(GATEWAY, at=AT + SECOND) == []
    assert (state_of(reading), state_of(reset)) == ("requested", "unknown")
    assert [due.id for due in take(station, AT + SECOND)] == [reading.pk]


def test_what_its_gateway_never_settled_is_unknown_an_hour_after_and_its_key_is_free(station):
    command = ask(station, key="k")
    take(station)
    assert operations.expire_commands(at=AT + 3_599 * SECOND) == []
    given_up = operations.expire_commands(at=AT + 3_600 * SECOND)
    assert [(answer.command_id, answer.state) for answer in given_up] == [(command.pk, "unknown")]
    assert state_of(command) == "unknown"
    assert ask(station, key="k").pk != command.pk


def asked_of(station):
    return list(Command.objects.filter(station=station).order_by("pk").values_list("action", "payload", "state"))


def test_maintenance_waits_for_its_station_and_its_end_withdraws_it(station):
    point = make_charge_point("Quay 1", station.team, station=station)
    for is_on in (True, False, True):
        operations.set_maintenance(actor=Actor.system("test"), charge_point=point, is_on=is_on, at=AT)
    assert asked_of(station) == [
        ("change_availability", {"number": 1, "type": "inoperative"}, "expired"),
        ("change_availability", {"number": 1, "type": "operative"}, "expired"),
        ("change_availability", {"number": 1, "type": "inoperative"}, "requested"),
    ]
    assert len(take(station, AT + 29 * 86_400 * SECOND)) == 1


def test_a_station_that_starts_is_told_again_what_is_in_maintenance(station):
    for number in (1, 2):
        point = make_charge_point(f"Quay {number}", station.team, station=station, number=number)
    operations.set_maintenance(actor=Actor.system("test"), charge_point=point, is_on=True, at=AT)
    (due,) = take(station)
    operations.answer_commands([CommandAnswer(due.id, "accepted", {"status": "Accepted"}, AT)])
    boots = [BootIntent(station.pk, AT + 60 * SECOND, "Fjordlys", "Kaj 22", None, None, None, None)]
    operations.record_boots(boots)
    operations.record_boots(boots)
    assert [(due.action, due.payload) for due in take(station, AT + 60 * SECOND)] == [
        ("change_availability", {"number": 2, "type": "inoperative"})
    ]


def test_availability_of_the_whole_station_is_asked_for_without_maintenance(station):
    point = make_charge_point("Quay 1", station.team, station=station)
    actor = Actor.system("test")
    operations.change_availability(actor=actor, charge_point=point, is_available=True, is_whole=True, at=AT)
    operations.change_availability(actor=actor, charge_point=point, is_available=False, at=AT)
    assert [due.payload for due in take(station)] == [{"number": 0, "type": "operative"}, {"number": 1, "type": "inoperative"}]


@pytest.mark.parametrize(
    ("given", "column"),
    [({"vendor_id": ""}, "vendor_id"), ({"vendor_id": "V", "message_id": "x" * 51}, "message_id"), ({"vendor_id": "V", "text": "x" * 5_001}, "text")],
)  # fmt: skip
def test_data_that_cannot_be_sent_is_refused(station, given, column):
    point = make_charge_point("Quay 1", station.team, station=station)
    with pytest.raises(Invalid) as refused:
        operations.send_data(actor=Actor.system("test"), charge_point=point, at=AT, **given)
    assert set(refused.value.fields) == {column}
    assert not Command.objects.exists()


def test_a_late_answer_settles_an_unknown_outcome(station):
    reset = ask(station, "reset", type="soft")
    take(station)
    operations.settle_unanswered(GATEWAY, at=AT + SECOND)
    assert operations.answer_commands([CommandAnswer(reset.pk, "accepted", {"status": "Accepted"}, AT + 2 * SECOND)]) == [reset.pk]


def test_an_accepted_reading_keeps_the_configuration_with_the_station(station):
    command = ask(station, "get_configuration", keys=[])
    take(station)
    told: dict[str, object] = {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "900"}], "unknownKey": []}
    operations.answer_commands([CommandAnswer(command.pk, "accepted", told, AT + SECOND)])
    station.refresh_from_db()
    assert station.configuration == {"HeartbeatInterval": {"value": "900", "readonly": False}}
    assert station.configuration_at == AT + SECOND


def test_a_rejected_change_keeps_the_configuration(station):
    command = ask(station, "change_configuration", key="HeartbeatInterval-1")
    take(station)
    operations.answer_commands([CommandAnswer(command.pk, "rejected", {"status": "Rejected"}, AT)])
    station.refresh_from_db()
    assert station.configuration is None


def test_a_request_by_a_person_says_who(cast, station):
    actor = cast.actor("ada")
    command = operations.request_command(actor=actor, station=station, charge_point=None, action="clear_cache", payload={}, at=AT)
    assert command.requested_by == {"kind": "person", "id": cast.ada.pk, "name": "Ada Test"}
    assert (command.team_id, command.operator_id) == (cast.harbour.pk, cast.northwind.pk)


def test_a_deleted_station_is_not_asked(cast):
    gone = make_station("CP-9", cast.harbour, deleted_at=AT)
    with pytest.raises(operations.NotIntegrated):
        operations.request_command(actor=cast.actor("ada"), station=gone, charge_point=None, action="clear_cache", payload={}, at=AT)


def test_gateways_are_told_once_per_transaction(own_database):
    from tests.cast import assemble

    station = make_station("CP-1", assemble().harbour)
    with psycopg.connect(own_database, autocommit=True) as listener:
        listener.execute("LISTEN forecourt_command")
        operations.request_commands([NewCommand(station.pk, None, "clear_cache", {}) for _ in range(3)], at=AT)
        told = [notice.payload for notice in listener.notifies(timeout=5, stop_after=1)]
        told += [notice.payload for notice in listener.notifies(timeout=0.1)]
    assert told == [str(station.pk)]
    connection.close()


SECRET = "a-password-of-20-chars"


def test_a_password_that_a_station_tells_is_kept_nowhere(station):
    command = ask(station, "get_configuration", keys=[])
    take(station)
    told: dict[str, object] = {"configurationKey": [{"key": "authorizationkey", "readonly": False, "value": SECRET}]}
    operations.answer_commands([CommandAnswer(command.pk, "accepted", told, AT + SECOND)])
    command.refresh_from_db()
    station.refresh_from_db()
    assert station.configuration == {"authorizationkey": {"value": "•••", "readonly": False}}
    assert SECRET not in str(command.answer)


def test_a_password_is_never_changed_as_a_configuration_key(cast, station):
    with pytest.raises(Invalid) as refused:
        operations.change_configuration(actor=cast.actor("ada"), station=station, key="AuthorizationKey ", value=SECRET, at=AT)
    assert set(refused.value.fields) == {"key"}
    assert not Command.objects.exists()
