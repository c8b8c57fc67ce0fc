"""Many people invited to a team from a CSV: a dry run says what would happen; then a run does it, each row once (spec P2.1)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor, ActorKind, TeamRole
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.operations import name_actor, operation
from forecourt.teams.models import Team, TeamRun
from forecourt.teams.operations.importing import Problem, read_rows
from forecourt.teams.operations.invitations import invite_member
from forecourt.teams.queries.groups import groups_for

COLUMNS = ("email", "phone", "group", "note")
EXAMPLES = (("anna@example.com", "", "Staff", "Joins in May"), ("", "+4512345678", "", ""))


class _Undo(Exception):
    """Ends a dry run."""


def read_invitations(content: bytes) -> list[dict[str, Any]]:
    """The rows of a file with the columns of `COLUMNS`. :raises Invalid: at `file`, if it cannot be read."""
    return read_rows(content, columns=COLUMNS, needed=())


@operation
def check_invitations(*, actor: Actor, team: Team, rows: list[dict[str, Any]], at: datetime) -> tuple[int, list[Problem]]:
    """How many would be invited, and what is wrong with the other rows. It does all of it and takes it back."""
    problems: list[Problem] = []
    invited = 0
    try:
        with transaction.atomic():
            for row in rows:
                invited += _invite(actor, team, row, problems, at)
            raise _Undo
    except _Undo:
        return invited, problems


@operation
def start_invitations(*, actor: Actor, team: Team, rows: list[dict[str, Any]], at: datetime) -> TeamRun:
    """Record the rows; a job invites them, a batch a transaction, and tells who asked when it is done. All become plain members."""
    return TeamRun.objects.create(
        organisation_id=team.organisation_id, operator_id=team.operator_id, kind=TeamRun.Kind.MEMBERS, started_by_id=actor.id or None,
        total=len(rows), content={"rows": rows, "team": team.pk},
    )  # fmt: skip


def invite_rows(run: TeamRun, until: int, *, at: datetime) -> None:
    """The next rows of a run, inside its transaction, in the name of who asked."""
    person = Person.objects.filter(pk=run.started_by_id).first() if run.started_by_id else None
    actor = Actor.system(person.display_name if person else "invitations")
    name_actor(Actor(ActorKind.PERSON, person.pk, person.display_name) if person else actor)  # the audit log hides a person's name
    team, problems = Team.objects.get(pk=run.content["team"]), list[Problem]()
    for row in run.content["rows"][run.position : until]:
        run.done += _invite(actor, team, row, problems, at)
    run.problems = [*run.problems, *problems]


def _invite(actor: Actor, team: Team, row: dict[str, Any], problems: list[Problem], at: datetime) -> int:
    """Invite the row's person, or say why not; how many were invited."""
    texts = row["texts"]
    try:
        with transaction.atomic():
            if team.deleted_at:
                raise Invalid(_("This team is deleted."))
            whom = {"email": texts.get("email", ""), "phone": texts.get("phone", "")}
            group = _group(team, texts.get("group"))
            invite_member(actor=actor, team=team, role=TeamRole.MEMBER, group=group, note=texts.get("note"), at=at, **whom)
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        problems += [(row["line"], name, str(says)) for name, says in fields.items()] or [(row["line"], "", error.message)]
        return 0
    return 1


def _group(team: Team, name: str | None) -> Any:
    """A group of the team by its name; all invited this way are plain members, so it must be a group of members."""
    if not name:
        return None
    group = groups_for(team).filter(name__iexact=name, role=TeamRole.MEMBER).first()
    if group is None:
        says = _("There is no group of members “%(name)s”.") % {"name": name}
        raise Invalid(says, fields={"group": says})
    return group
