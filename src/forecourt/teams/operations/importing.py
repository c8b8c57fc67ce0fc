"""Teams from a CSV (spec P2.1): a dry run says what would happen and changes nothing; then a run does it, a batch at a time."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from forecourt.access import Actor, ActorKind
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import name_actor, operation
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.teams.models import Team, TeamRun
from forecourt.teams.operations.invitations import Invitee, checked_invitee, invite_owners
from forecourt.teams.operations.rights import check_owner
from forecourt.teams.operations.teams import checked_team, fleet_is_granted, store_teams

COLUMNS = (
    "name", "type", "contact_email", "owner_email", "finance_email", "category", "company_name", "vat_number",
    "company_registration_number", "ean_number", "po_number", "address1", "address2", "zip_code", "city", "country",
    "partner_external_id",
)  # fmt: skip
NEEDED = ("name", "type", "contact_email")
ADDRESS = ("address1", "zip_code", "city")
MOST_ROWS = 2_000
BATCH = 200
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
    _check_owners(actor, operator, rows)
    problems: list[Problem] = []
    made = 0
    try:
        with transaction.atomic():
            for begin in range(0, len(rows), BATCH):
                made += _make(actor, operator, rows[begin : begin + BATCH], problems, at)
            raise _Undo
    except _Undo:
        return made, problems


@operation
def start_import(*, actor: Actor, operator: Operator, rows: list[dict[str, Any]], at: datetime) -> TeamRun:
    """Record the rows; a job makes their teams, all or nothing of each row, once each, and tells who asked."""
    _check_owners(actor, operator, rows)
    return TeamRun.objects.create(
        organisation_id=operator.organisation_id, operator=operator, kind=TeamRun.Kind.IMPORT, started_by_id=actor.id or None,
        total=len(rows), content={"rows": rows},
    )  # fmt: skip


def _check_owners(actor: Actor, operator: Operator, rows: Sequence[dict[str, Any]]) -> None:
    """:raises Forbidden: as `rights.check_owner`; the job that makes the teams acts in nobody's rights."""
    emails = {str(row["texts"].get("owner_email", "")).lower() for row in rows}
    own = Person.objects.filter(pk=actor.id).alias(folded=Lower("email")).filter(folded__in=emails)
    check_owner(actor, operator, [actor.id] if actor.kind is ActorKind.PERSON and own.exists() else [])


def import_rows(run: TeamRun, until: int, *, at: datetime) -> None:
    """The next rows of a run, inside its transaction, in the name of who asked."""
    person = Person.objects.filter(pk=run.started_by_id).first() if run.started_by_id else None
    actor = Actor.system(person.display_name if person else "team import")
    name_actor(Actor(ActorKind.PERSON, person.pk, person.display_name) if person else actor)  # the audit log hides a person's name
    problems: list[Problem] = []
    run.done += _make(actor, run.operator, run.content["rows"][run.position : until], problems, at)
    run.problems = [*run.problems, *problems]


@dataclass(slots=True)
class _Known:
    """What the rows of a batch ask for, read once for all of them."""

    operator: Operator
    home: Country | None
    countries: dict[str, Country]  # by alpha2
    owners: dict[str, Person]  # by address, in small letters
    taken: set[str]  # external ids of living teams; those of the batch are added as they are met
    is_fleet_granted: bool


def _known(operator: Operator, texts: Sequence[dict[str, str]]) -> _Known:
    codes, emails, ids = ({row[name] for row in texts if name in row} for name in ("country", "owner_email", "partner_external_id"))
    countries = Country.objects.select_related("currency")
    owners = Person.objects.alias(folded=Lower("email")).filter(folded__in={email.lower() for email in emails}, deleted_at=None)
    teams = Team.objects.filter(operator=operator, partner_external_id__in=ids, deleted_at=None)
    return _Known(
        operator=operator,
        home=countries.filter(pk=operator.country_id or 0).first(),
        countries={row.alpha2: row for row in countries.filter(alpha2__in={code.upper() for code in codes})},
        owners={(person.email or "").lower(): person for person in owners},
        taken={id for id in teams.values_list("partner_external_id", flat=True) if id},
        is_fleet_granted=fleet_is_granted(operator),
    )


def _make(actor: Actor, operator: Operator, rows: Sequence[dict[str, Any]], problems: list[Problem], at: datetime) -> int:
    """Make the teams of a batch, or say why not of each row; how many were made. What it asks does not grow with the rows."""
    known = _known(operator, [row["texts"] for row in rows])
    made = list[tuple[Team, Invitee | None]]()
    for row in rows:
        try:
            made.append(_team(known, dict(row["texts"])))
        except DomainError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            problems += [(row["line"], name, str(says)) for name, says in fields.items()] or [(row["line"], "", error.message)]
    store_teams(operator, [team for team, _invitee in made], at=at)
    invite_owners(actor=actor, teams=[(team, invitee) for team, invitee in made if invitee], at=at)
    return len(made)


def _team(known: _Known, texts: dict[str, str]) -> tuple[Team, Invitee | None]:
    """A row's team, and whom to invite as its owner: who has no account yet."""
    owner_email, code = texts.pop("owner_email", ""), texts.pop("country", "")
    fields = {"name": "", "contact_email": "", "type": "", **texts}
    _refuse_gaps(fields, known)
    country = known.countries.get(code.upper()) if code else known.home
    if code and country is None:
        raise Invalid(_("There is no such country."), fields={"country": _("Use the country’s two letters, like DK.")})
    owner = known.owners.get(owner_email.lower())
    team = checked_team(
        known.operator, owner=owner, country=country, time_zone="" if code else known.operator.time_zone,
        is_fleet_granted=lambda: known.is_fleet_granted, **fields,
    )  # fmt: skip
    invitee = _invitee(owner_email) if owner_email and owner is None else None
    if team.partner_external_id:
        known.taken.add(team.partner_external_id)
    return team, invitee


def _invitee(owner_email: str) -> Invitee:
    try:
        return checked_invitee(owner_email)
    except Invalid as error:
        raise Invalid(error.message, fields={"owner_email": error.fields.get("email", error.message)}) from error


def _refuse_gaps(fields: dict[str, str], known: _Known) -> None:
    """An address, except of an operator's own team; and an external id that no living team of the operator has."""
    wrong = {name: _("Fill in this field.") for name in ADDRESS if not fields.get(name) and fields["type"] != Team.Type.OPERATOR}
    if fields.get("partner_external_id") in known.taken:
        wrong["partner_external_id"] = _("A team has this id already.")
    if wrong:
        raise Invalid(_("Please check the marked fields."), fields=wrong)
