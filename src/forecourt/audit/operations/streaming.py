"""
The log as it grows, to somewhere else: an HTTPS endpoint or a file. In the order of sealing, without a gap, at least once.

A worker takes a stream for a minute (a lease), sends what comes after its cursor, and moves the cursor. Killed in between,
another sends the same again. Ids are given under the sealer's lock until its commit, so nothing appears behind a cursor.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp
from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext as _

from forecourt.audit import rules
from forecourt.audit.documents import document
from forecourt.audit.events import StreamGivenUp
from forecourt.audit.models import Stream
from forecourt.audit.queries import streams
from forecourt.audit.queries.events import EventRow
from forecourt.kit import outside
from forecourt.kit.events import announce
from forecourt.kit.operations import operation
from forecourt.kit.secrets import decrypt

AT_ONCE = 200  # events of one request
AT_A_TIME = 50  # streams of one round; one that is slow holds the others up for at most its time
LEASE = timedelta(seconds=60)
PURPOSE: Final = "audit-stream"


@dataclass(frozen=True, slots=True)
class Batch:
    stream: Stream
    rows: Sequence[EventRow]

    @property
    def message_id(self) -> str:
        """The same for the same events, however often they are sent."""
        return f"audit_{self.stream.pk}_{self.rows[0].id}_{self.rows[-1].id}"

    def body(self) -> bytes:
        events = [document(row) for row in self.rows]
        return json.dumps({"schema": rules.SCHEMA, "type": "audit.events", "events": events}, ensure_ascii=False).encode()


def deliver(*, at: datetime) -> int:
    """Send the next events of every stream that is due; how many arrived. Several workers share the streams."""
    batches = [batch for stream in _taken(at) if (batch := _next(stream))]
    if not batches:
        return 0
    errors = asyncio.run(_send_all(batches, at))
    for batch, error in zip(batches, errors, strict=True):
        _record(batch, error, at=at)
    return sum(len(batch.rows) for batch, error in zip(batches, errors, strict=True) if not error)


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)).decode()


def _taken(at: datetime) -> list[Stream]:
    due = streams.due_streams(at=at)[:AT_A_TIME]
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    taken = [id for id in due if Stream.objects.filter(free, pk=id, is_on=True).update(leased_until=at + LEASE)]
    return list(Stream.objects.filter(pk__in=taken).order_by("pk"))


def _next(stream: Stream) -> Batch | None:
    rows = streams.events_after(stream.organisation_id, stream.cursor, limit=AT_ONCE)
    return Batch(stream, rows) if rows else None


async def _send_all(batches: Sequence[Batch], at: datetime) -> list[str]:
    """What went wrong with each; empty if it arrived."""
    async with outside.session() as client:
        return await asyncio.gather(*(_send(client, batch, at) for batch in batches))


async def _send(client: aiohttp.ClientSession, batch: Batch, at: datetime) -> str:
    try:
        if batch.stream.kind == Stream.Kind.FILE:
            await asyncio.to_thread(_append, batch)
            return ""
        return await _post(client, batch, int(at.timestamp()))
    except (aiohttp.ClientError, outside.Unreachable, TimeoutError) as error:
        return outside.reason_of(error)
    except OSError as error:
        return _("The file cannot be written: %(why)s.") % {"why": error.strerror or type(error).__name__}


async def _post(client: aiohttp.ClientSession, batch: Batch, timestamp: int) -> str:
    body, secret = batch.body(), decrypt(bytes(batch.stream.secret_encrypted or b""), purpose=PURPOSE)
    headers = {
        "content-type": "application/json", "webhook-id": batch.message_id, "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, batch.message_id, timestamp, body),
    }  # fmt: skip
    async with client.post(batch.stream.url, data=body, headers=headers, allow_redirects=False) as answer:
        if HTTPStatus(200) <= answer.status < HTTPStatus(300):
            return ""
        return _("The receiver answered %(status)s.") % {"status": answer.status}


def file_of(organisation_id: int | None) -> Path:
    """The file of a stream. Its name is ours, the folder the installation's."""
    return Path(settings.AUDIT_STREAM_DIR) / ("installation.jsonl" if organisation_id is None else f"organisation-{organisation_id}.jsonl")


def _append(batch: Batch) -> None:
    """
    One line per event, on the disk when this returns. Half a line, left by a crash, is cut off first: its event comes again.

    :raises OSError: if the folder is not configured, not there or not ours.
    """
    if not settings.AUDIT_STREAM_DIR:
        raise OSError(0, _("the installation has no folder for it"))
    lines = b"".join(json.dumps(document(row), ensure_ascii=False).encode() + b"\n" for row in batch.rows)
    descriptor = os.open(file_of(batch.stream.organisation_id), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.seek(0, os.SEEK_END)
        file.truncate(_end_of_last_line(file.fileno(), file.tell()))
        file.seek(0, os.SEEK_END)
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _end_of_last_line(descriptor: int, size: int) -> int:
    while size:
        start = max(0, size - 65_536)
        found = os.pread(descriptor, size - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        size = start
    return 0


@operation
def _record(batch: Batch, error: str, *, at: datetime) -> None:
    """Move the cursor, or note the failure. Nothing if somebody has changed or moved the stream meanwhile."""
    mine = Stream.objects.filter(pk=batch.stream.pk, cursor=batch.stream.cursor, leased_until=batch.stream.leased_until)
    if not error:
        last = batch.rows[-1]
        mine.update(
            cursor=last.id, sequence=last.sequence if batch.stream.organisation_id else 0, delivered_at=at, attempts=0, failing_since=None,
            last_error="", next_attempt_at=None, leased_until=None,
        )  # fmt: skip
        return
    attempts, since = batch.stream.attempts + 1, batch.stream.failing_since or at
    noted = mine.update(
        attempts=F("attempts") + 1, failing_since=since, last_error=error[:300], next_attempt_at=at + rules.pause_after(attempts), leased_until=None,
    )  # fmt: skip
    if noted and rules.is_given_up(since, at):
        Stream.objects.filter(pk=batch.stream.pk).update(is_on=False, given_up_at=at)
        announce(StreamGivenUp(batch.stream.organisation_id, error))
