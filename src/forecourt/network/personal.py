"""What the network keeps about a person: charge keys, and who asked a station for something (GDPR)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from forecourt.kit.registries import PersonalPart
from forecourt.network.models import ChargeKey

EXPORTED = ("id", "type", "identifier", "name", "team__name", "active_until", "blocked_at", "created_at", "deleted_at")
_FORGET_WHO_ASKED = """
UPDATE network_command SET requested_by = requested_by || jsonb_build_object('name', %s::text)
WHERE requested_by ->> 'kind' = 'person' AND (requested_by ->> 'id')::bigint = %s
"""
# Whole JSON strings, whatever the case: a configuration that frees a charge point for one key, say.
_IN_JSON = """
UPDATE {table} SET {column} = regexp_replace({column}::text, %(pattern)s, 'ERASED', 'gi')::jsonb WHERE {column}::text ~* %(pattern)s
"""
_SAID = (("network_command", "payload"), ("network_command", "answer"), ("network_station", "configuration"))
_COMMANDS = """
SELECT requested_at, action, station_id, state FROM network_command
WHERE requested_by ->> 'kind' = 'person' AND (requested_by ->> 'id')::bigint = %s ORDER BY id DESC
"""


def keys_of(person_id: int) -> QuerySet[ChargeKey]:
    """Their charge keys, deleted ones too: in their name, or of their personal team."""
    return ChargeKey.objects.filter(Q(person_id=person_id) | Q(team__owner_id=person_id, team__type="personal"))


def key_identifiers(person_id: int) -> list[str]:
    """What their keys say of themselves to a station."""
    return list(keys_of(person_id).order_by("id").values_list("identifier", flat=True))


def _export_keys(person_id: int) -> Iterator[dict[str, Any]]:
    yield from keys_of(person_id).order_by("id").values(*EXPORTED)


def _export_commands(person_id: int) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_COMMANDS, [person_id])
        for at, action, station, state in cursor.fetchall():
            yield {"at": at, "action": action, "station_id": station, "state": state}


def _erase_from_commands(person_id: int, *, at: datetime) -> None:
    """What stations were asked and answered, and how they are set: nothing of it names a key of theirs. Reads whole tables, by a job."""
    found = key_identifiers(person_id)
    pattern = '(?<=")(' + "|".join(re.escape(one) for one in found) + ')(?=")'
    with connection.cursor() as cursor:
        for table, column in _SAID if found else ():
            cursor.execute(_IN_JSON.format(table=table, column=column), {"pattern": pattern})


def _erase(person_id: int, *, at: datetime) -> None:
    for key in keys_of(person_id).order_by("id").select_for_update():
        key.identifier, key.name, key.partner_external_id, key.partner_custom_payload = f"ERASED{key.pk:010}", None, None, None
        key.blocked_at, key.deleted_at = key.blocked_at or at, key.deleted_at or at
        key.save()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_WHO_ASKED, [f"Erased user #{person_id}", person_id])


PARTS = (  # commands first: they are found by the numbers of the keys
    PersonalPart("commands", export=_export_commands, erase=_erase_from_commands),
    PersonalPart("charge-keys", export=_export_keys, erase=_erase),
)
