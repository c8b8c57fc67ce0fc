"""A person's copy of everything that is kept about them (GDPR art. 15 and 20)."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor
from forecourt.files import operations as files
from forecourt.files import queries as file_queries
from forecourt.files.models import StoredFile
from forecourt.identity import letters, rules
from forecourt.identity.models import DataExport, Person
from forecourt.kit import registries
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import operation
from forecourt.notifications import operations as notifications

State = DataExport.State
_NEUTRALISED = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


class ExportRuns(DomainError):
    """The person's last data export is still being made."""

    code = "export_runs"


@operation
def ask_for_export(*, actor: Actor, person: Person, at: datetime) -> DataExport:
    """
    Note that a person wants their data; a job makes the file. The one before it is removed.

    :raises ExportRuns: while one is being made (a unique key holds it, beside itself too).
    """
    total = sum(1 for part in registries.personal_parts if part.export)
    try:
        with transaction.atomic():
            asked = DataExport.objects.create(person=person, asked_at=at, parts_total=total)
    except IntegrityError as error:
        raise ExportRuns(_("Your data is being gathered already. You get an e-mail when it is ready.")) from error
    for earlier in DataExport.objects.filter(person=person, file_id__isnull=False):
        files.delete(actor=actor, file_id=earlier.file_id or 0, at=at)
    return asked


def gather(export: DataExport) -> bytes:
    """The ZIP: each part as JSON and CSV, and what it all is. Notes its progress as it goes."""
    packed = io.BytesIO()
    with letters.in_language_of(export.person), zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        names: list[str] = []
        for part in registries.personal_parts:
            if part.export is None:
                continue
            rows = list(part.export(export.person_id))
            archive.writestr(f"{part.name}.json", json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
            archive.writestr(f"{part.name}.csv", _csv(rows))
            names.append(f"{part.name}: {len(rows)}")
            DataExport.objects.filter(pk=export.pk).update(parts_done=len(names))
        archive.writestr("README.txt", str(_README) % {"parts": "\n".join(names), "id": export.person_id})
    return packed.getvalue()


@operation
def finish_export(*, actor: Actor, export: DataExport, content: bytes, at: datetime) -> DataExport:
    """Store the file for seven days and tell the person. Only they, signed in, may fetch it."""
    expires = at + rules.EXPORT_LASTS
    stored = files.store(
        actor=actor, name="forecourt-data.zip", content=content, content_type="application/zip", at=at, person_id=export.person_id,
        expires_at=expires,
    )  # fmt: skip
    export.state, export.file_id, export.finished_at, export.expires_at = State.READY, stored.pk, at, expires
    export.save()
    letters.write(export.person, kind="data_export", subject=_READY, text=_READY_TEXT, link=f"{settings.PUBLIC_URL}{_address(stored)}")
    with letters.in_language_of(export.person):
        notifications.notify(person_id=export.person_id, text=_("Your data is ready to download."), url="/me")
    return export


def fail_export(export: DataExport, *, at: datetime) -> None:
    """It could not be made: the person may ask again."""
    DataExport.objects.filter(pk=export.pk).update(state=State.FAILED, finished_at=at)


def _address(stored: StoredFile) -> str:
    return file_queries.address(stored)


def _csv(rows: Iterable[dict[str, Any]]) -> str:
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([[_cell(row.get(name)) for name in columns] for row in rows])
    return "\ufeff" + written.getvalue()


def _cell(value: Any) -> str:
    text = (
        json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
        if isinstance(value, dict | list)
        else str("" if value is None else value)
    )
    return f"'{text}" if text.startswith(_NEUTRALISED) and not isinstance(value, int | float) else text


_READY = gettext_lazy("Your data is ready")
_READY_TEXT = gettext_lazy(
    "You asked for a copy of your data. Download it within 7 days; you have to be signed in:\n%(link)s\n\nIf you did not ask for it, choose"
    " a new password."
)
_README = gettext_lazy(
    "Everything that Forecourt keeps about you (user %(id)s).\n\nEach part is there twice: as JSON, complete and for machines, and as CSV for"
    " a spreadsheet. Times are UTC. Amounts are in minor units (øre, cent). Part and number of rows:\n\n%(parts)s\n"
)
