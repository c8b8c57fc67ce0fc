"""Charge points from a CSV: a dry run says what would happen, row by row, and changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import operation
from forecourt.network.models import ChargePoint, Model, Site
from forecourt.network.operations.charge_points import create_charge_point, edit_charge_point
from forecourt.network.rules.table import Report, TableRow, UnreadableTable, read_table, watts
from forecourt.teams.models import Team

_AS_TEXT = (
    "name",
    "type",
    "visibility",
    "partner_external_id",
    "note",
    "meter_id",
    "address1",
    "zip_code",
    "city",
    "latitude",
    "longitude",
)


class _Undo(Exception):
    """Ends a dry run."""


@operation
def import_charge_points(*, actor: Actor, team: Team, content: bytes, is_dry_run: bool, at: datetime) -> Report:
    """
    Create charge points from a CSV, or change those with the same `partner_external_id` in the team. A bad row is reported
    and the others go on. A dry run does all of it and takes it back, so its report is what will happen.

    Running it twice: rows with a `partner_external_id` are found again, others are made again.

    :raises Invalid: if the file as a whole cannot be read.
    """
    try:
        rows = read_table(content)
    except UnreadableTable as error:
        raise Invalid(_says(error), fields={"file": _says(error)}) from error
    report = Report(is_dry_run=is_dry_run)
    known = _Known(team)
    try:
        with transaction.atomic():
            for row in rows:
                _import_row(row, actor, team, known, report, at)
            if is_dry_run:
                raise _Undo
    except _Undo:
        pass
    return report


class _Known:
    """What the rows may name: the team's sites and the catalogue's models."""

    def __init__(self, team: Team) -> None:
        self.sites = {site.name.lower(): site for site in Site.objects.filter(team=team, deleted_at=None).order_by("-pk")}
        self.models = {model.identifier: model for model in Model.objects.all()}


def _import_row(row: TableRow, actor: Actor, team: Team, known: _Known, report: Report, at: datetime) -> None:
    try:
        with transaction.atomic():
            outcome = _write_row(row.texts, actor, team, known, at)
    except DomainError as error:
        report.failed += 1
        fields: Mapping[str, str] = error.fields if isinstance(error, Invalid) else {}
        report.problems += [(row.line, name.replace("max_w", "max_kw"), says) for name, says in fields.items()] or [
            (row.line, "", error.message)
        ]
    else:
        setattr(report, outcome, getattr(report, outcome) + 1)


def _write_row(texts: dict[str, str], actor: Actor, team: Team, known: _Known, at: datetime) -> str:
    values: dict[str, Any] = {name: texts[name] for name in _AS_TEXT if name in texts}
    site, model = _named(texts, "site", known.sites, lower=True), _named(texts, "model", known.models)
    if "max_kw" in texts:
        values["max_w"] = watts(texts["max_kw"])
    external_id = texts.get("partner_external_id")
    found = ChargePoint.objects.filter(team=team, partner_external_id=external_id, deleted_at=None).first() if external_id else None
    if found is None:
        values.setdefault("visibility", "private")
        create_charge_point(actor=actor, team=team, site=site, model=model, values=values, at=at)
        return "created"
    values |= {name: row for name, row in (("site", site), ("model", model)) if row is not None}
    edited = edit_charge_point(actor=actor, charge_point=found, values=values, at=at)
    return "updated" if any(_differs(getattr(found, name), getattr(edited, name)) for name in values) else "skipped"


def _differs(before: Any, after: Any) -> bool:
    return (before or None) != (after or None)


def _named(texts: dict[str, str], column: str, rows: Mapping[str, Any], *, lower: bool = False) -> Any:
    text = texts.get(column)
    if text is None:
        return None
    row = rows.get(text.lower() if lower else text)
    if row is None:
        says = _("There is no %(column)s “%(text)s”.") % {"column": column, "text": text}
        raise Invalid(says, fields={column: says})
    return row


def _says(error: UnreadableTable) -> str:
    return {
        "empty": _("The file is empty. Its first line must name the columns."),
        "columns": _("These columns are unknown: %(detail)s."),
        "missing": _("These columns are missing: %(detail)s."),
        "long": _("The file has more than %(detail)s rows. Split it."),
        "encoding": _("The file is not UTF-8. Save it as “CSV UTF-8”."),
    }[error.code] % {"detail": error.detail}
