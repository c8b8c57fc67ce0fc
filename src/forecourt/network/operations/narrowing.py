"""Where a charge key may pay: never more than its member or team (spec P2.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from forecourt.identity.models import Person
from forecourt.kit.fields import Checks
from forecourt.kit.operations import operation
from forecourt.network.models import ChargeKey
from forecourt.teams.events import RestrictionsApplied
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.queries.restrictions import COLUMNS, holds_for
from forecourt.teams.rules import Allowed

INHERIT = dict.fromkeys(COLUMNS)


def checked_restrictions(key: ChargeKey, team: Team, person: Person | None, values: Mapping[str, Any]) -> dict[str, list[int] | None]:
    """
    The columns to store. What is given must lie within what holds for the member or team; what the key has is cut to it.

    :raises Invalid: if a given country or operator lies outside.
    """
    member = TeamMember.objects.filter(team=team, person=person, state="accepted", deleted_at=None).first() if person else None
    above = holds_for(team, member)
    checks, columns = Checks(), {}
    for name, within in zip(COLUMNS, (above.countries, above.operators), strict=True):
        is_given = name in values
        wanted: list[int] | None = values[name] if is_given else getattr(key, name)
        if is_given and not _is_within(wanted, within):
            checks.fail(name, _("A charge key can only narrow where its member or team may pay."))
        columns[name] = None if wanted is None else sorted(id for id in set(wanted) if within is None or id in within)
    checks.finish()
    return columns


def _is_within(wanted: list[int] | None, within: Allowed) -> bool:
    return wanted is None or within is None or within.issuperset(wanted)


@operation
def widen_keys(events: Sequence[RestrictionsApplied]) -> None:
    """Reaction to a level that was set for everything below it: keys say nothing of their own any more. Repeating it changes nothing."""
    below = Q(pk__in=())
    for event in events:
        if event.operator_id is not None:
            below |= Q(operator_id=event.operator_id)
        if event.team_id is not None:
            below |= Q(team_id=event.team_id)
    members = TeamMember.objects.filter(
        Q(group_id__in={event.group_id for event in events if event.group_id})
        | Q(pk__in={event.member_id for event in events if event.member_id}),
        person__isnull=False,
    )
    for team_id, person_id in members.values_list("team_id", "person_id"):
        below |= Q(team_id=team_id, person_id=person_id)
    ChargeKey.objects.filter(below).exclude(**INHERIT).update(**INHERIT)
