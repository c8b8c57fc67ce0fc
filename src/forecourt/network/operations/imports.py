"""Charge points from a CSV: a dry run says what would happen, row by row, and changes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import operation
from forecourt.network.models import ChargePoint, Model, Site, Station
from forecourt.network.operations.charge_points import create_charge_point, edit_charge_point
from forecourt.network.operations.stations import NewStation, connect_charge_point, create_station
from forecourt.network.queries.prices import GROUP_COLUMNS
from forecourt.network.rules.table import YES_AND_NO, Report, TableRow, UnreadableTable, read_table, watts
from forecourt.pricing.queries import assignable
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


_FLAGS = ("is_free", "is_reservable")
_COLUMN_OF = {"station_identity_taken": "identity", "station_number_taken": "connector"}  # by the error's code


class _Undo(Exception):
    """Ends a dry run."""


@operation
def import_charge_points(*, actor: Actor, team: Team, content: bytes, is_dry_run: bool, at: datetime) -> Report:
    """
    Create charge points from a CSV, or change those with the same `partner_external_id` in the team. A bad row is reported
    and the others go on. A dry run does all of it and takes it back, so its report is what will happen. Where a row names an `identity`,
    the charge point is connected to that station of the team, or to a new one; the report has the passwords of those.

    Running it twice: rows with a `partner_external_id` are found again, others are made again, and so refused if they name a connector.

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
    """What the rows may name: the team's sites, the prices it may use and the catalogue's models."""

    def __init__(self, team: Team) -> None:
        self.sites = {site.name.lower(): site for site in Site.objects.filter(team=team, deleted_at=None).order_by("-pk")}
        self.models = {model.identifier: model for model in Model.objects.all()}
        self.groups = {
            column: {group.name.lower(): group for group in reversed(list(assignable(team, type)))}
            for type, column in GROUP_COLUMNS.items()
        }


def _import_row(row: TableRow, actor: Actor, team: Team, known: _Known, report: Report, at: datetime) -> None:
    try:
        with transaction.atomic():
            outcome, charge_point = _write_row(row.texts, actor, team, known, at)
            new_station, is_connected = _connect(row.texts, actor, charge_point, at)
    except DomainError as error:
        report.failed += 1
        fields: Mapping[str, str] = error.fields if isinstance(error, Invalid) else {_COLUMN_OF.get(error.code, ""): error.message}
        report.problems += [(row.line, name.replace("max_w", "max_kw"), says) for name, says in fields.items()]
    else:
        outcome = "updated" if is_connected and outcome == "skipped" else outcome
        setattr(report, outcome, getattr(report, outcome) + 1)
        report.stations += [(new_station.station.identity, new_station.password)] if new_station else []


def _write_row(texts: dict[str, str], actor: Actor, team: Team, known: _Known, at: datetime) -> tuple[str, ChargePoint]:
    values: dict[str, Any] = {name: texts[name] for name in _AS_TEXT if name in texts}
    site, model = _named(texts, "site", known.sites, lower=True), _named(texts, "model", known.models)
    groups = {column: _named(texts, column, rows, lower=True) for column, rows in known.groups.items() if column in texts}
    values |= {name: _flag(texts, name) for name in _FLAGS if name in texts}
    if "max_kw" in texts:
        values["max_w"] = watts(texts["max_kw"])
    if "reservation_minutes" in texts:
        values["reservation_minutes"] = _whole(texts, "reservation_minutes")
    external_id = texts.get("partner_external_id")
    found = ChargePoint.objects.filter(team=team, partner_external_id=external_id, deleted_at=None).first() if external_id else None
    if found is None:
        values.setdefault("visibility", "private")
        made = create_charge_point(actor=actor, team=team, site=site, model=model, values=values, at=at)
        return "created", edit_charge_point(actor=actor, charge_point=made, values=groups, at=at) if groups else made
    values |= groups | {name: row for name, row in (("site", site), ("model", model)) if row is not None}
    edited = edit_charge_point(actor=actor, charge_point=found, values=values, at=at)
    return "updated" if any(_differs(getattr(found, name), getattr(edited, name)) for name in values) else "skipped", edited


def _connect(texts: Mapping[str, str], actor: Actor, charge_point: ChargePoint, at: datetime) -> tuple[NewStation | None, bool]:
    """The station, if a new one was made for the row's identity, and whether anything changed."""
    identity, number = texts.get("identity"), _whole(texts, "connector") if "connector" in texts else 1
    if identity is None:
        if "connector" in texts:
            raise Invalid(_("Name the station too."), fields={"identity": _("Name the station too.")})
        return None, False
    station = Station.objects.filter(team=charge_point.team_id, identity=identity, deleted_at=None).first()
    new = None
    if station is None:
        new = create_station(actor=actor, team=charge_point.team, identity=identity, model=charge_point.model, at=at)
        station = new.station
    is_same = (charge_point.station_id, charge_point.number) == (station.pk, number)
    connect_charge_point(actor=actor, charge_point=charge_point, station=station, number=number, at=at)
    return new, not is_same


def _flag(texts: Mapping[str, str], column: str) -> bool:
    flag = YES_AND_NO.get(texts[column].lower())
    if flag is None:
        raise Invalid(_("Write yes or no."), fields={column: _("Write yes or no.")})
    return flag


def _whole(texts: Mapping[str, str], column: str) -> int:
    if not texts[column].isdecimal():
        raise Invalid(_("Enter a whole number."), fields={column: _("Enter a whole number.")})
    return int(texts[column])


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
