"""What the gateway writes about itself: its process, refused connections, the connection history of stations."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from forecourt.charging import operations as charging
from forecourt.gateway.models import GatewayProcess, RefusedConnection, SeenMessage, StationEvent
from forecourt.gateway.refusals import Refusal
from forecourt.kit.operations import operation
from forecourt.network import operations as network

DEAD_AFTER = timedelta(seconds=20)  # four heartbeats
RECORD_REFUSALS = """
INSERT INTO gateway_refusedconnection (identity, address, reason, minute, count, last_at, station_id, operator_id)
SELECT * FROM unnest(%s::text[], %s::inet[], %s::text[], %s::timestamptz[], %s::int[], %s::timestamptz[], %s::bigint[], %s::bigint[])
ON CONFLICT (identity, address, reason, minute) DO UPDATE
SET count = gateway_refusedconnection.count + excluded.count, last_at = greatest(gateway_refusedconnection.last_at, excluded.last_at)
"""


class Noted(NamedTuple):
    """Something that happened to a station's connection."""

    station_id: int
    kind: str  # connected, taken_over, disconnected, deleted, oversized, flood, protocol_error, silent, unlinked
    detail: Mapping[str, Any]
    at: datetime


@operation
def begin_process(*, name: str, address: str, at: datetime) -> int:
    """A gateway has started; the number that its links and commands carry."""
    return GatewayProcess.objects.create(name=name, address=address, started_at=at, heartbeat_at=at).pk


@operation
def beat(gateway_id: int, *, connections: int, messages: int, at: datetime) -> bool:
    """The process lives. False if others took it for dead meanwhile and have freed its stations."""
    living = GatewayProcess.objects.filter(pk=gateway_id, stopped_at=None)
    return bool(living.update(heartbeat_at=at, connections=connections, messages=messages))


@operation
def end_process(gateway_id: int, *, at: datetime) -> None:
    """The process stops of its own will: what it still holds is freed, what it sent and never heard of is unknown."""
    GatewayProcess.objects.filter(pk=gateway_id, stopped_at=None).update(stopped_at=at, connections=0)
    _free(gateway_id, heard_at=at, at=at)


@operation
def bury_dead(*, at: datetime) -> list[int]:
    """
    Free the stations of gateways whose heartbeat is old, as of the moment they were last heard; their numbers.

    Several may do it at once: the rows are taken with SKIP LOCKED.
    """
    dead = list(
        GatewayProcess.objects.filter(stopped_at=None, heartbeat_at__lt=at - DEAD_AFTER).select_for_update(skip_locked=True).order_by("pk")
    )
    for process in dead:
        _free(process.pk, heard_at=process.heartbeat_at, at=at)
    GatewayProcess.objects.filter(pk__in=[process.pk for process in dead]).update(stopped_at=at, connections=0)
    return [process.pk for process in dead]


def _free(gateway_id: int, *, heard_at: datetime, at: datetime) -> None:
    """Stations may connect elsewhere; a command that was sent and not answered waits again or is unknown."""
    network.release_dead_gateways(gateway_ids=[gateway_id], at=heard_at)
    charging.note_command_answers(network.settle_unanswered(gateway_id, at=at))


@operation
def expire_commands(*, at: datetime) -> None:
    """Requests that waited too long expire, and a charge that waited for one fails."""
    charging.note_command_answers(network.expire_commands(at=at))


@operation
def record_refusals(refusals: Sequence[Refusal]) -> None:
    """Add to the counts of the minutes."""
    if refusals:
        with connection.cursor() as cursor:
            cursor.execute(RECORD_REFUSALS, [list(column) for column in zip(*sorted(refusals, key=lambda one: one[:3]), strict=True)])


@operation
def record_events(noted: Sequence[Noted]) -> None:
    """Append to the connection history."""
    StationEvent.objects.bulk_create(
        [StationEvent(station_id=one.station_id, kind=one.kind, detail=dict(one.detail), at=one.at) for one in noted]
    )


@operation
def forget_seen(*, before: datetime) -> int:
    """Drop the answers that nobody will ask for again; how many."""
    return SeenMessage.objects.filter(at__lt=before).delete()[0]


@operation
def forget_history(*, before: datetime) -> int:
    """Drop refused connections and connection history from before this moment; how many rows."""
    refused, _ = RefusedConnection.objects.filter(last_at__lt=before).delete()
    events, _ = StationEvent.objects.filter(at__lt=before).delete()
    return refused + events
