"""Where a team's wallet may pay, level by level (spec P2.1). `CASCADE_SQL` is the one place that resolves it for a charge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from forecourt.kit import registries
from forecourt.operators.models import Operator
from forecourt.places.models import Country
from forecourt.teams.models import MemberGroup, OperatorWalletRule, Team, TeamMember, TeamTemplate
from forecourt.teams.models.restrictions import WalletRestricted
from forecourt.teams.rules import Allowed, effective

COLUMNS = ("pays_in_country_ids", "pays_at_operator_ids")

# The levels above a membership `m` (which may be missing) of a team `t`. The template is the chosen one, else the operator's
# for the team's type, else its one for all: as `team_taken_rights` picks it.
CASCADE_JOINS = """
LEFT JOIN teams_membergroup mg ON mg.id = m.group_id AND mg.deleted_at IS NULL
LEFT JOIN LATERAL (
  SELECT pays_in_country_ids, pays_at_operator_ids FROM teams_teamtemplate
  WHERE deleted_at IS NULL AND (id = t.template_id OR (t.template_id IS NULL AND operator_id = t.operator_id AND applies_to IN (t.type, 'all')))
  ORDER BY applies_to = 'all' LIMIT 1
) tt ON true
LEFT JOIN teams_operatorwalletrule wr ON wr.operator_id = t.operator_id
"""
CASCADE_SQL = ", ".join(f"COALESCE(m.{name}, mg.{name}, t.{name}, tt.{name}, wr.{name})" for name in COLUMNS)


@dataclass(frozen=True, slots=True)
class LevelAbove:
    """One level of the cascade that says something, and in whose name."""

    source: str
    countries: Allowed
    operators: Allowed


@dataclass(frozen=True, slots=True)
class Inherited:
    """What would hold at a level if it said nothing: the ids, and where they come from ("" where nothing is said)."""

    countries: Allowed
    countries_from: str
    operators: Allowed
    operators_from: str


def levels_above(row: OperatorWalletRule | TeamTemplate | Team | MemberGroup | TeamMember) -> list[LevelAbove]:
    """From the nearest to the operator's own."""
    match row:
        case TeamMember():
            mine = [_level(_("the member group"), row.group)] if row.group and not row.group.deleted_at else []
            return mine + levels_of(row.team)
        case MemberGroup():
            return levels_of(row.team) if row.team else [_level(_("the operator"), _rule(row.operator_id))]
        case Team():
            return levels_of(row)[1:]
        case TeamTemplate():
            return [_level(_("the operator"), _rule(row.operator_id))]
    return []


def levels_of(team: Team) -> list[LevelAbove]:
    """The team's own level and those above it: what holds for a key without a member."""
    return [
        _level(_("the team"), team),
        _level(_("the team’s template"), _template(team)),
        _level(_("the operator"), _rule(team.operator_id)),
    ]


def inherited(levels: Sequence[LevelAbove]) -> Inherited:
    countries = next((level for level in levels if level.countries is not None), None)
    operators = next((level for level in levels if level.operators is not None), None)
    return Inherited(
        effective(level.countries for level in levels),
        countries.source if countries else "",
        effective(level.operators for level in levels),
        operators.source if operators else "",
    )


def holds_for(team: Team, member: TeamMember | None) -> Inherited:
    """What a charge key of this member, or of nobody in particular, can narrow."""
    if member is None:
        return inherited(levels_of(team))
    return inherited([_level(_("the member"), member), *levels_above(member)])


def country_names(ids: Allowed) -> str:
    """Names in order, for a sentence."""
    return ", ".join(Country.objects.filter(pk__in=ids or ()).order_by("name").values_list("name", flat=True))


def operator_names(ids: Allowed, operator: Operator) -> str:
    """Names in order, for somebody at `operator`; one that is not to be named has its number."""
    known = dict(_known_to(operator).filter(pk__in=ids or ()).values_list("pk", "name"))
    return ", ".join(sorted(known.get(pk, f"#{pk}") for pk in ids or ()))


def country_choices(within: Allowed = None) -> list[tuple[int, str]]:
    """Countries that a form offers; `within` narrows them to what holds above."""
    rows = Country.objects.filter(is_sanctioned=False).order_by("name")
    return list((rows if within is None else rows.filter(pk__in=within)).values_list("pk", "name"))


def operator_choices(operator: Operator, *, within: Allowed = None, chosen: Collection[int] | None = ()) -> list[tuple[int, str]]:
    """
    What a form of `operator` offers: its own organisation's first, then those with a public charge point, on which their
    names stand. What is `chosen` already and not to be named has its number.
    """
    rows = _known_to(operator).filter(deleted_at=None).order_by("name")
    found = list((rows if within is None else rows.filter(pk__in=within)).values_list("pk", "organisation_id", "name"))
    named = [(pk, name) for pk, organisation, name in sorted(found, key=lambda row: row[1] != operator.organisation_id)]
    return named + [(pk, f"#{pk}") for pk in sorted(set(chosen or ()) - {pk for pk, _name in named})]


def _known_to(operator: Operator) -> QuerySet[Operator]:
    public = {pk for public_operators in registries.public_operators for pk in public_operators()}
    return Operator.objects.filter(Q(organisation_id=operator.organisation_id) | Q(pk__in=public))


def _level(source: str, row: WalletRestricted | None) -> LevelAbove:
    countries, operators = (getattr(row, name, None) for name in COLUMNS)
    return LevelAbove(source, _allowed(countries), _allowed(operators))


def _allowed(ids: list[int] | None) -> Allowed:
    return None if ids is None else frozenset(ids)


def _rule(operator_id: int) -> OperatorWalletRule | None:
    return OperatorWalletRule.objects.filter(operator=operator_id).first()


def _template(team: Team) -> TeamTemplate | None:
    if team.template_id is not None:
        return TeamTemplate.objects.filter(pk=team.template_id, deleted_at=None).first()
    rows = TeamTemplate.objects.filter(Q(applies_to=team.type) | Q(applies_to="all"), operator=team.operator_id, deleted_at=None)
    return min(rows, key=lambda template: template.applies_to == "all", default=None)
