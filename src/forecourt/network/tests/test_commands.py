"""Commands: asked for, taken, answered, each once."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from forecourt.kit.errors import Invalid
from forecourt.network import operations
from forecourt.network.intents import CommandAnswer, NewCommand
from forecourt.network.models import Command
from forecourt.network.tests.factories import AT, make_station

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


def test_what_its_gateway_never_settled_is_unknown_long_after_and_its_key_is_free(station):
    command = ask(station, key="k")
    take(station)
    assert operations.expire_commands(at=command.expires_at + 899 * SECOND) == []
    given_up = operations.expire_commands(at=command.expires_at + 900 * SECOND)
    assert [(answer.command_id, answer.state) for answer in given_up] == [(command.pk, "unknown")]
    assert state_of(command) == "unknown"
    assert ask(station, key="k").pk != command.pk


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
