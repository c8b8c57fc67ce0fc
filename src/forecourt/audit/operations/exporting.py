"""A CSV of the log, made by a job: what one person may read and filtered for."""

import csv
import dataclasses
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from forecourt.access import Actor, Scope
from forecourt.audit import queries
from forecourt.audit.events import LogExportFinished
from forecourt.audit.models import LogExport
from forecourt.audit.queries import EventFilter
from forecourt.audit.rules import SCHEMA
from forecourt.audit.tokens import public_id
from forecourt.files import operations as files
from forecourt.files import queries as file_queries
from forecourt.kit.errors import DomainError
from forecourt.kit.events import announce
from forecourt.kit.operations import operation

MOST_ROWS = 500_000  # of one file; a longer time is exported in parts
LASTS = timedelta(days=7)
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # for spreadsheets
TOLD_EVERY = 2_000  # rows
MOMENTS = ("since", "until", "through")
COLUMNS = (
    "Schema", "Event ID", "Time", "Action", "Item", "Item ID", "Name", "Kind", "Their ID", "Who", "Account", "Team", "Changes", "Address",
    "Request ID", "Number", "SHA-256",
)  # fmt: skip
State = LogExport.State


class LogExportRuns(DomainError):
    """The person's last export of the audit log is still being made."""

    code = "log_export_runs"


@operation
def ask_for_export(*, actor: Actor, person_id: int, scope: Scope, filters: EventFilter, at: datetime) -> LogExport:
    """
    Note what a person wants; a job makes the file. Of what they may read now.

    :raises LogExportRuns: while one is being made (a unique key holds it, beside itself too).
    """
    asked = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in dataclasses.asdict(filters).items()}
    places = {name: sorted(getattr(scope, name)) for name in ("organisation_ids", "operator_ids")}
    try:
        with transaction.atomic():
            return LogExport.objects.create(person_id=person_id, scope=places, filters=asked, asked_at=at)
    except IntegrityError as error:
        raise LogExportRuns(_("Your last export is still being made. You are told when it is ready.")) from error


def write_export(export: LogExport, *, guarded: Callable[[object], object]) -> bytes:
    """
    A ZIP with the CSV, newest first, at most `MOST_ROWS` rows. Notes its progress as it goes.

    :param guarded: a cell as a spreadsheet may have it (`portal.exports`).
    """
    places: dict[str, Any] = {name: frozenset(ids) for name, ids in export.scope.items()}
    asked: dict[str, Any] = {name: parse_datetime(value) if name in MOMENTS and value else value for name, value in export.filters.items()}
    scope, filters = Scope(**places), EventFilter(**asked)
    LogExport.objects.filter(pk=export.pk).update(rows_total=queries.count(scope, filters=filters, most=MOST_ROWS))

    def told(done: int) -> None:
        LogExport.objects.filter(pk=export.pk).update(rows_done=done)

    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("audit-log.csv", "w", force_zip64=True) as content:
            _write(content, ([guarded(cell) for cell in row] for row in _rows(scope, filters)), told)
        packed.seek(0)
        return packed.read()


@operation
def finish_export(*, actor: Actor, export: LogExport, content: bytes, at: datetime) -> None:
    """Keep the file for seven days, for this person alone, and have them told. Nothing if it was given up meanwhile."""
    export = LogExport.objects.select_for_update().get(pk=export.pk)
    if export.state != State.RUNNING:
        return
    stored = files.store(
        actor=actor,
        name="audit-log.zip",
        content=content,
        content_type="application/zip",
        at=at,
        person_id=export.person_id,
        expires_at=at + LASTS,
    )
    export.state, export.file_id, export.finished_at, export.expires_at = State.READY, stored.pk, at, at + LASTS
    export.save(update_fields=["state", "file_id", "finished_at", "expires_at"])
    announce(LogExportFinished(export.person_id, file_queries.address(stored)))


@operation
def fail_export(*, actor: Actor, export: LogExport, at: datetime) -> None:
    """It could not be made: the person is told and may ask again."""
    if LogExport.objects.filter(pk=export.pk, state=State.RUNNING).update(state=State.FAILED, finished_at=at):
        announce(LogExportFinished(export.person_id, ""))


def _write(content: IO[bytes], rows: Iterable[Sequence[object]], told: Callable[[int], None]) -> None:
    text = io.TextIOWrapper(content, encoding="utf-8", newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    done = 0
    for done, row in enumerate(rows, 1):
        writer.writerow(row)
        if done % TOLD_EVERY == 0:
            told(done)
    told(done)
    text.flush()
    text.detach()


def _rows(scope: Scope, filters: EventFilter) -> Iterator[list[object]]:
    """Times are ISO 8601 in UTC; changes are JSON."""
    for place, row in enumerate(queries.all_events(scope, filters=filters)):
        if place == MOST_ROWS:
            return
        yield [
            SCHEMA, public_id(row.id), row.occurred_at.isoformat(), row.action, row.entity_type, row.entity_id, row.entity_name, row.actor_kind,
            row.actor_id, row.actor_name, row.operator_id, row.team_id, json.dumps(row.changes, ensure_ascii=False), row.context.get("address"),
            row.context.get("request_id"), row.sequence, row.hash.hex(),
        ]  # fmt: skip
