"""Commands to stations: asked for, taken by the gateway that holds the socket, answered. The table is the queue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import operation
from forecourt.network.intents import CommandAnswer, DueCommand, NewCommand
from forecourt.network.models import ChargePoint, Command, Station
from forecourt.network.rules import HARMLESS, lifetime, merged_configuration, without_secrets

REQUESTED_CHANNEL = "forecourt_command"
_TRIES = 3
_SETTLED_WITHIN = timedelta(hours=1)  # by its gateway, which waits half a minute for each answer

_INSERT = """
INSERT INTO network_command (organisation_id, operator_id, team_id, station_id, charge_point_id, charge_id, action, payload, key,
                             requested_at, expires_at, requested_by, state)
SELECT station.organisation_id, station.operator_id, station.team_id, new.station_id, new.charge_point_id, new.charge_id, new.action,
       new.payload, new.key, new.requested_at, new.expires_at, new.requested_by, 'requested'
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::jsonb[], %s::text[],
            %s::timestamptz[], %s::timestamptz[], %s::jsonb[])
  WITH ORDINALITY AS new(station_id, charge_point_id, charge_id, action, payload, key, requested_at, expires_at, requested_by, place)
JOIN network_station station ON station.id = new.station_id
ORDER BY new.place
ON CONFLICT (key) WHERE state IN ('requested', 'sent') DO NOTHING
RETURNING id
"""
_TAKE = """
WITH due AS (
  SELECT id FROM network_command
  WHERE station_id = ANY(%s) AND state = 'requested' AND expires_at > %s
  ORDER BY id FOR UPDATE SKIP LOCKED)
UPDATE network_command command SET state = 'sent', sent_at = %s, gateway_id = %s
FROM due WHERE command.id = due.id
RETURNING command.id, command.station_id, command.charge_point_id, command.charge_id, command.action, command.payload, command.expires_at
"""
_ANSWER = """
WITH told AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::timestamptz[]) AS told(id, state, answer, at)),
held AS (SELECT command.id FROM network_command command JOIN told USING (id) ORDER BY 1 FOR UPDATE OF command)
UPDATE network_command command SET state = told.state, answer = told.answer, answered_at = told.at
FROM told JOIN held USING (id) WHERE command.id = told.id AND command.state IN ('sent', 'unknown')
RETURNING command.id, command.station_id, command.action, command.payload
"""
_EXPIRE = """
WITH late AS (SELECT id FROM network_command WHERE state = 'requested' AND expires_at <= %s ORDER BY id FOR UPDATE SKIP LOCKED)
UPDATE network_command command SET state = 'expired', answered_at = %s FROM late WHERE command.id = late.id RETURNING command.id
"""
_FORGET = """
WITH open AS (SELECT id FROM network_command WHERE state = 'sent' AND sent_at <= %s ORDER BY id FOR UPDATE SKIP LOCKED)
UPDATE network_command command SET state = 'unknown', answered_at = %s FROM open WHERE command.id = open.id RETURNING command.id
"""
_REPEAT = """
WITH open AS (SELECT id FROM network_command WHERE state = 'sent' AND gateway_id = %s AND action = ANY(%s) AND expires_at > %s
              ORDER BY id FOR UPDATE)
UPDATE network_command command SET state = 'requested', sent_at = NULL, gateway_id = NULL FROM open WHERE command.id = open.id
RETURNING command.station_id
"""
_GIVE_UP = """
WITH open AS (SELECT id FROM network_command WHERE state = 'sent' AND gateway_id = %s ORDER BY id FOR UPDATE)
UPDATE network_command command SET state = 'unknown', answered_at = %s FROM open WHERE command.id = open.id RETURNING command.id
"""


class NotIntegrated(DomainError):
    """The charge point has no station to ask."""

    code = "charge_point_not_integrated"


@operation
def request_command(
    *,
    actor: Actor,
    station: Station,
    charge_point: ChargePoint | None,
    action: str,
    payload: dict[str, object],
    key: str | None = None,
    charge_id: int | None = None,
    at: datetime,
) -> Command:
    """
    Ask one station for something. It is sent when the station is connected, and never after the action's lifetime.

    With a `key`, asking again while a request is open returns that one, whoever asks beside us.

    :raises NotIntegrated: if the station is deleted.
    """
    new = NewCommand(
        station.pk,
        charge_point.pk if charge_point else None,
        action,
        payload,
        key=key,
        charge_id=charge_id,
        requested_by=actor.audit_claims(),
    )
    commands = request_commands([new], at=at)
    if not commands:
        raise NotIntegrated(_("This station is deleted."))
    return commands[0]


@operation
def request_commands(commands: Sequence[NewCommand], *, at: datetime) -> list[Command]:
    """
    Ask many stations at once: the open command of each request, new or already asked for, in the order given.

    Requests to deleted stations are left out. A key that is open is kept by the unique index, so asking twice, also
    beside another process, is once. The gateways are told by NOTIFY `forecourt_command` (payload: the station's id; the
    same id is told once per transaction), and look every second besides.
    """
    found: dict[int, Command] = {}
    living = set(Station.objects.filter(pk__in={new.station_id for new in commands}, deleted_at=None).values_list("pk", flat=True))
    waiting = {place: new for place, new in enumerate(commands) if new.station_id in living}
    for _try in range(_TRIES):  # a key's open command may be answered between our insert and our look
        found |= _ask(waiting, at)
        waiting = {place: new for place, new in waiting.items() if place not in found and new.key}
        if not waiting:
            break
    _notify(sorted({command.station_id for command in found.values() if command.state == Command.State.REQUESTED}))
    return [found[place] for place in sorted(found)]


def _ask(wanted: dict[int, NewCommand], at: datetime) -> dict[int, Command]:
    inserted = _insert(list(wanted.values()), at)
    keys = [new.key for new in wanted.values() if new.key]
    by_key = {
        command.key: command for command in Command.objects.filter(key__in=keys, state__in=[Command.State.REQUESTED, Command.State.SENT])
    }
    keyless = iter(Command.objects.filter(pk__in=inserted, key=None).order_by("pk"))
    found: dict[int, Command] = {}
    for place, new in wanted.items():
        command = by_key.get(new.key) if new.key else next(keyless, None)
        if command is not None:
            found[place] = command
    return found


def _insert(commands: Sequence[NewCommand], at: datetime) -> list[int]:
    rows = [
        (
            new.station_id, new.charge_point_id, new.charge_id, new.action, _json(new.payload), new.key, at, at + lifetime(new.action),
            _json(new.requested_by),
        )
        for new in commands
    ]  # fmt: skip
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _columns(rows))
        return [id for (id,) in cursor.fetchall()]


@operation
def withdraw_command(key: str, *, at: datetime) -> None:
    """What waits under this key is not sent any more. Again: nothing waits."""
    Command.objects.filter(key=key, state=Command.State.REQUESTED).update(state=Command.State.EXPIRED, answered_at=at)


@operation
def take_commands(*, station_ids: Sequence[int], gateway_id: int, at: datetime) -> list[DueCommand]:
    """
    The commands to send to these stations now, oldest first, marked as sent by this gateway.

    None is given twice (`SKIP LOCKED`), and none that has expired at `at`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [list(station_ids), at, at, gateway_id])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    taken = (
        DueCommand(id, station_id, charge_point_id, charge_id, action, _dict(payload), expires_at)
        for id, station_id, charge_point_id, charge_id, action, payload, expires_at in rows
    )
    return sorted(taken, key=lambda due: due.id)


@operation
def answer_commands(answers: Sequence[CommandAnswer]) -> list[int]:
    """
    Note what became of commands that were sent; the ids of those that took the answer.

    Only a command that is sent, or whose outcome was unknown, takes one, so repeating an answer changes nothing. An
    accepted configuration is kept with the station; a password in it is masked. Rows are locked in id order.
    """
    if not answers:
        return []
    rows = [(answer.command_id, answer.state, _json(without_secrets(answer.answer)), answer.at) for answer in answers]
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, _columns(rows))
        taken = cursor.fetchall()
    by_id = {answer.command_id: answer for answer in answers}
    for id, station_id, action, payload in sorted(taken):
        if by_id[id].state == Command.State.ACCEPTED:
            _keep_configuration(station_id, action, _dict(payload), by_id[id])
    return sorted(id for id, *_rest in taken)


@operation
def expire_commands(*, at: datetime) -> list[CommandAnswer]:
    """
    Requests that waited too long are `expired`, and what was sent and never settled by its gateway is `unknown` an hour after;
    they are returned for whoever waits for them. Again: nothing is left.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, [at, at])
        expired = [CommandAnswer(id, Command.State.EXPIRED, None, at) for (id,) in sorted(cursor.fetchall())]
        cursor.execute(_FORGET, [at - _SETTLED_WITHIN, at])
        return expired + [CommandAnswer(id, Command.State.UNKNOWN, None, at) for (id,) in sorted(cursor.fetchall())]


@operation
def settle_unanswered(gateway_id: int, *, at: datetime) -> list[CommandAnswer]:
    """
    A gateway died with commands sent and unanswered. Harmless ones wait again; the others are `unknown` and are returned.

    Again, or beside another process: rows are locked in id order and none is left.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REPEAT, [gateway_id, sorted(HARMLESS), at])
        again = sorted({station_id for (station_id,) in cursor.fetchall()})
        cursor.execute(_GIVE_UP, [gateway_id, at])
        lost = sorted(id for (id,) in cursor.fetchall())
    _notify(again)
    return [CommandAnswer(id, Command.State.UNKNOWN, None, at) for id in lost]


def _keep_configuration(station_id: int, action: str, payload: dict[str, Any], answer: CommandAnswer) -> None:
    if action not in (Command.Action.GET_CONFIGURATION, Command.Action.CHANGE_CONFIGURATION):
        return
    station = Station.objects.select_for_update(no_key=True).get(pk=station_id)
    merged = merged_configuration(station.configuration, action=action, payload=payload, answer=answer.answer)
    if merged is not None:
        Station.objects.filter(pk=station_id).update(configuration=merged, configuration_at=answer.at)


def _notify(station_ids: Sequence[int]) -> None:
    if station_ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, id::text) FROM unnest(%s::bigint[]) AS id", [REQUESTED_CHANNEL, list(station_ids)])


def _json(value: dict[str, object] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _dict(value: Any) -> dict[str, Any]:
    """Django's cursor hands out JSON as text."""
    decoded: dict[str, Any] = msgspec.json.decode(value) if isinstance(value, str | bytes) else value
    return decoded


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
