"""What the OCPP log keeps about a person: frames in which a station names their charge key (GDPR)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from forecourt.kit.registries import PersonalPart
from forecourt.network.personal import key_identifiers

MOST = 10_000  # frames in one export; the log itself is kept for weeks only
_ERASE = """
UPDATE ocpp_message SET frame = regexp_replace(frame, %s, 'ERASED', 'gi'), answer = regexp_replace(answer, %s, 'ERASED', 'gi')
WHERE frame ~* %s OR answer ~* %s
"""
_READ = """
SELECT at, station_id, direction, action, frame, answer FROM ocpp_message WHERE frame ~* %s OR answer ~* %s ORDER BY at DESC LIMIT %s
"""


def _export(person_id: int) -> Iterator[dict[str, Any]]:
    pattern = _pattern(person_id)
    if pattern is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_READ, [pattern, pattern, MOST])
        for at, station, direction, action, frame, answer in cursor.fetchall():
            yield {"at": at, "station_id": station, "direction": direction, "action": action, "frame": frame, "answer": answer}


def _erase(person_id: int, *, at: datetime) -> None:
    """Reads the whole log, which is kept for weeks: a person is erased by a job, at night or by day."""
    pattern = _pattern(person_id)
    if pattern is not None:
        with connection.cursor() as cursor:
            cursor.execute(_ERASE, [pattern] * 4)


def _pattern(person_id: int) -> str | None:
    """Their keys as whole JSON strings, whatever the case; also within the JSON text that a DataTransfer may carry."""
    found = key_identifiers(person_id)
    return '(?<=")(' + "|".join(re.escape(one) for one in found) + r')(?=\\?")' if found else None


PARTS = (PersonalPart("station-messages", export=_export, erase=_erase),)
