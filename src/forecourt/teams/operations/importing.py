"""Teams from a CSV (spec P2.1): a dry run says what would happen and changes nothing; then a run does it, row by row."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor, ActorKind, TeamRole
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import name_actor, operation
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.teams.models import Team, TeamRun
from forecourt.teams.operations.invitations import invite_member
from forecourt.teams.operations.teams import create_team

COLUMNS = (
    "name", "type", "contact_email", "owner_email", "finance_email", "category", "company_name", "vat_number",
    "company_registration_number", "ean_number", "po_number", "address1", "address2", "zip_code", "city", "country",
    "partner_external_id",
)  # fmt: skip
NEEDED = ("name", "type", "contact_email")
ADDRESS = ("address1", "zip_code", "city")
MOST_ROWS = 2_000
EXAMPLE = {"name": "Harbour hotel", "type": "professional", "contact_email": "hotel@example.com", "owner_email": "owner@example.com",
           "category": "hotel", "company_name": "Harbour hotel A/S", "address1": "Havnegade 1", "zip_code": "1058", "city": "København",
           "country": "DK"}  # fmt: skip
Problem = tuple[int, str, str]  # line, column, message


class _Undo(Exception):
    """Ends a dry run."""


def read_rows(content: bytes, *, columns: Sequence[str] = COLUMNS, needed: Sequence[str] = NEEDED) -> list[dict[str, Any]]:
    """
    The rows of a file: comma or semicolon between columns, named by its first line; UTF-8. Empty lines are left out.

    :raises Invalid: at `file`, if the file as a whole cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(_("The file is not UTF-8. Save it as “CSV UTF-8”.")) from error
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    lines = [(number, row) for number, row in enumerate(reader, start=1) if any(cell.strip() for cell in row)]
    if not lines:
        raise _unreadable(_("The file is empty. Its first line must name the columns."))
    header = [cell.strip().lower() for cell in lines[0][1]]
    if unknown := [name for name in header if name not in columns]:
        raise _unreadable(_("These columns are unknown: %(detail)s.") % {"detail": ", ".join(unknown)})
    if missing := [name for name in needed if name not in header]:
        raise _unreadable(_("These columns are missing: %(detail)s.") % {"detail": ", ".join(missing)})
    if len(lines) - 1 > MOST_ROWS:
        raise _unreadable(_("The file has more than %(detail)s rows. Split it.") % {"detail": MOST_ROWS})
    return [
        {"line": number, "texts": {name: cell.strip() for name, cell in zip(header, row, strict=False) if cell.strip()}}
        for number, row in lines[1:]
    ]


def _unreadable(says: str) -> Invalid:
    return Invalid(says, fields={"file": says})


@operation
def check_import(*, actor: Actor, operator: Operator, rows: list[dict[str, Any]], at: datetime) -> tuple[int, list[Problem]]:
    """How many teams an import would make, and what is wrong with the other rows. It does all of it and takes it back."""
    problems: list[Problem] = []
    made = 0
    try:
        with transaction.atomic():
            for row in rows:
                made += _make(actor, operator, row, problems, at)
            raise _Undo
    except _Undo:
        return made, problems


@operation
def start_import(*, actor: Actor, operator: Operator, rows: list[dict[str, Any]], at: datetime) -> TeamRun:
    """Record the rows; a job makes their teams, all or nothing of each row, once each, and tells who asked."""
    return TeamRun.objects.create(
        organisation_id=operator.organisation_id, operator=operator, kind=TeamRun.Kind.IMPORT, started_by_id=actor.id or None,
        total=len(rows), content={"rows": rows},
    )  # fmt: skip


def import_rows(run: TeamRun, until: int, *, at: datetime) -> None:
    """The next rows of a run, inside its transaction, in the name of who asked."""
    person = Person.objects.filter(pk=run.started_by_id).first() if run.started_by_id else None
    actor = Actor.system(person.display_name if person else "team import")
    name_actor(Actor(ActorKind.PERSON, person.pk, person.display_name) if person else actor)  # the audit log hides a person's name
    problems: list[Problem] = []
    for row in run.content["rows"][run.position : until]:
        run.done += _make(actor, run.operator, row, problems, at)
    run.problems = [*run.problems, *problems]


def _make(actor: Actor, operator: Operator, row: dict[str, Any], problems: list[Problem], at: datetime) -> int:
    """Make the row's team, or say why not; how many were made."""
    try:
        with transaction.atomic():
            _team(actor, operator, dict(row["texts"]), at)
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        problems += [(row["line"], name, str(says)) for name, says in fields.items()] or [(row["line"], "", error.message)]
        return 0
    return 1


def _team(actor: Actor, operator: Operator, texts: dict[str, str], at: datetime) -> Team:
    owner_email, code = texts.pop("owner_email", ""), texts.pop("country", "")
    fields = {"name": "", "contact_email": "", **texts}
    _refuse_gaps(fields, operator)
    country = Country.objects.filter(alpha2=code.upper()).first() if code else None
    if code and country is None:
        raise Invalid(_("There is no such country."), fields={"country": _("Use the country’s two letters, like DK.")})
    owner = Person.objects.filter(email__iexact=owner_email, deleted_at=None).first() if owner_email else None
    team = create_team(
        actor=actor, operator=operator, type=fields.pop("type", ""), name=fields.pop("name"), contact_email=fields.pop("contact_email"),
        owner=owner, country_id=country.pk if country else None, at=at, **fields,
    )  # fmt: skip
    if owner_email and owner is None:
        try:
            invite_member(actor=actor, team=team, email=owner_email, role=TeamRole.OWNER, at=at)
        except Invalid as error:
            raise Invalid(error.message, fields={"owner_email": error.fields.get("email", error.message)}) from error
    return team


def _refuse_gaps(fields: dict[str, str], operator: Operator) -> None:
    """An address, except of an operator's own team; and an external id that no living team of the operator has."""
    wrong = {name: _("Fill in this field.") for name in ADDRESS if not fields.get(name) and fields.get("type") != Team.Type.OPERATOR}
    id = fields.get("partner_external_id")
    if id and Team.objects.filter(operator=operator, partner_external_id=id, deleted_at=None).exists():
        wrong["partner_external_id"] = _("A team has this id already.")
    if wrong:
        raise Invalid(_("Please check the marked fields."), fields=wrong)
