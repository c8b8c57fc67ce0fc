"""Reads of the page *People*: who somebody is and where they work, for the platform's people. Nothing else of a tenant (decision 0002)."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_

from django.db.models import Q, QuerySet

from forecourt.access import OperatorRole
from forecourt.identity.models import Intervention, Person
from forecourt.operators.models import OperatorMember
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.rules import ROLE_LABELS

SHORTEST = 3  # letters or digits of a search: nobody reads the whole list of people
MOST_INTERVENTIONS = 50


def people_found(words: str) -> QuerySet[Person]:
    """Living people whose name, e-mail address or phone number holds every word; nobody for fewer than `SHORTEST` letters."""
    if len(words.replace(" ", "")) < SHORTEST:
        return Person.objects.none()
    wanted = reduce(and_, (_holds(word) for word in _words(words)))
    return Person.objects.filter(wanted, deleted_at=None).order_by("first_name", "last_name", "pk")


def _words(words: str) -> list[str]:
    """A phone number may be typed in groups: +45 12 34 56 78."""
    return ["".join(words.split())] if words.lstrip().startswith("+") else words.split()[:6]


def _holds(word: str) -> Q:
    found = Q()
    for column in ("first_name", "last_name", "email", "phone"):
        found |= Q(**{f"{column}__icontains": word})
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere a person works or is a member, and as what."""

    name: str
    kind: str  # operator, team
    role: str
    state: str
    since: datetime | None


def places_of(person: Person) -> list[Place]:
    """Accounts and teams with the role in each; the personal team is left out. Two queries."""
    accounts = OperatorMember.objects.filter(person=person, operator__deleted_at=None).select_related("operator").order_by("operator__name")
    teams = TeamMember.objects.filter(person=person, deleted_at=None, team__deleted_at=None).exclude(team__type=Team.Type.PERSONAL)
    return [
        *(Place(row.operator.name, "operator", str(OperatorRole(row.role).label), row.state, row.accepted_at) for row in accounts),
        *(
            Place(row.team.name, "team", str(ROLE_LABELS[row.role]), row.state, row.accepted_at)
            for row in teams.select_related("team").order_by("team__name")
        ),
    ]


def accounts_counted(people: list[Person]) -> dict[int, int]:
    """How many accounts and shared teams each of these people is in. Two queries."""
    counted = dict.fromkeys((person.pk for person in people), 0)
    for id in OperatorMember.objects.filter(person__in=people, operator__deleted_at=None).values_list("person_id", flat=True):
        counted[id or 0] += 1
    teams = TeamMember.objects.filter(person__in=people, deleted_at=None, team__deleted_at=None).exclude(team__type=Team.Type.PERSONAL)
    for id in teams.values_list("person_id", flat=True):
        counted[id or 0] += 1
    return counted


@dataclass(frozen=True, slots=True)
class InterventionRow:
    at: datetime
    kind: str
    reason: str
    by: str


def interventions_of(person: Person) -> list[InterventionRow]:
    """What the platform's people did for this person, the newest first. Two queries."""
    rows = list(Intervention.objects.filter(person=person).order_by("-pk")[:MOST_INTERVENTIONS])
    names = {one.pk: one.display_name for one in Person.objects.filter(pk__in={row.by_id for row in rows})}
    return [InterventionRow(row.at, row.kind, row.reason, names.get(row.by_id, f"#{row.by_id}")) for row in rows]
