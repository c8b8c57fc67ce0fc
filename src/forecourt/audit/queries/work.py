"""Exports and checks as their pages show them, and how long a log is kept."""

from dataclasses import dataclass
from datetime import datetime

from forecourt.audit.models import ChainCheck, LogExport, Retention
from forecourt.audit.rules import DEFAULT_MONTHS, NOBODYS
from forecourt.files import queries as files

SHOWN = 10


@dataclass(frozen=True, slots=True)
class ExportRow:
    """`address` is empty while there is no file, or no more."""

    asked_at: datetime
    state: str
    rows_done: int
    rows_total: int
    expires_at: datetime | None
    address: str


def export_rows(person_id: int, *, at: datetime) -> list[ExportRow]:
    """A person's last exports, newest first."""
    found = list(LogExport.objects.filter(person_id=person_id).order_by("-id")[:SHOWN])
    addresses = files.addresses([export.file_id for export in found if export.file_id and export.expires_at and export.expires_at > at])
    return [
        ExportRow(
            export.asked_at, export.state, export.rows_done, export.rows_total, export.expires_at, addresses.get(export.file_id or 0, "")
        )
        for export in found
    ]


def newest_check() -> ChainCheck | None:
    return ChainCheck.objects.order_by("-id").first()


def retention_months(organisation_id: int | None) -> int:
    """How many months an organisation's log is kept; without one, what belongs to none."""
    months = Retention.objects.filter(pk=organisation_id or NOBODYS).values_list("months", flat=True).first()
    return months or DEFAULT_MONTHS
