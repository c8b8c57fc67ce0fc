"""Reads of prices: what a charge starts with, and the rows of the pages and the API."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from forecourt.access import Scope
from forecourt.identity.models import Person
from forecourt.operators.models import Operator
from forecourt.pricing.models import MemberPricing, PriceGroup, PriceVersion, TeamTemplatePricing
from forecourt.pricing.words import describe, summary
from forecourt.teams.models import Team, TeamMember
from forecourt.teams.queries.rights import template_of

__all__ = [
    "GroupFilter",
    "GroupRow",
    "PriceRequest",
    "Prices",
    "VersionRow",
    "assignable",
    "default_group",
    "describe",
    "member_ids_on",
    "members_on",
    "price_group_rows",
    "price_groups",
    "prices_at_start",
    "readable",
    "summary",
    "template_group",
    "version_rows",
]


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """
    A charge that starts `at`. `public_group_id` and `cost_group_id` are the charge point's; a forced group goes before all others.
    """

    public_group_id: int | None
    team_id: int
    person_id: int | None
    at: datetime
    forced_group_id: int | None = None
    nested_group_id: int | None = None  # of the nested team as whose member they charge (spec P2.1)
    cost_group_id: int | None = None


class Prices(NamedTuple):
    """What a charge is priced by: `price` None is free, `cost` None is not tracked."""

    price: PriceVersion | None
    cost: PriceVersion | None


class _Groups(NamedTuple):
    price: int | None
    cost: int | None


def prices_at_start(requests: Sequence[PriceRequest]) -> list[Prices]:
    """
    The versions that each charge will be priced by, in the order of the requests. Two queries, however many; a third where a
    charge began before the newest version was made. The versions' `price_group` is loaded.

    Price: forced group, else member price, else nested team's price, else public group. Cost: the member's cost group, else the
    charge point's (docs/domains/pricing.md, "Which price").
    """
    members = _member_groups(requests)
    chosen = [_choose(one, members.get((one.team_id, one.person_id), _Groups(None, None))) for one in requests]
    versions = _versions_at({(id, one.at) for one, groups in zip(requests, chosen, strict=True) for id in groups if id})
    return [
        Prices(versions.get((groups.price, one.at)), versions.get((groups.cost, one.at)))
        for one, groups in zip(requests, chosen, strict=True)
    ]


def _choose(request: PriceRequest, member: _Groups) -> _Groups:
    price = request.forced_group_id or member.price or request.nested_group_id or request.public_group_id
    return _Groups(price, member.cost or request.cost_group_id)


def _versions_at(wanted: Set[tuple[int, datetime]]) -> dict[tuple[int | None, datetime], PriceVersion]:
    """For each (group, moment) the newest version of that moment; the first one for moments before it."""
    groups = PriceGroup.objects.filter(pk__in={group for group, _at in wanted}).values("current_version")
    current = {one.price_group_id: one for one in PriceVersion.objects.filter(pk__in=groups).select_related("price_group__country")}
    found: dict[tuple[int | None, datetime], PriceVersion] = {
        (group, at): current[group] for group, at in wanted if group in current and current[group].created_at <= at
    }
    before = {group for group, at in wanted if group in current and current[group].created_at > at}
    older = PriceVersion.objects.filter(price_group__in=before).select_related("price_group__country").order_by("-number") if before else ()
    for version in older:  # the newest first: the first one that fits stays, and else the oldest
        for group, at in wanted:
            if group == version.price_group_id and ((group, at) not in found or found[group, at].created_at > at):
                found[group, at] = version
    return found


def _member_groups(requests: Sequence[PriceRequest]) -> dict[tuple[int, int | None], _Groups]:
    """(team, person) → the groups that the member pays by and is tracked by."""
    people = {request.person_id for request in requests if request.person_id}
    if not people:
        return {}
    rows = MemberPricing.objects.filter(
        member__team__in={request.team_id for request in requests},
        member__person__in=people,
        member__state=TeamMember.State.ACCEPTED,
        member__deleted_at=None,
    ).values_list("member__team", "member__person", "price_group", "cost_group")
    return {(team, person): _Groups(price, cost) for team, person, price, cost in rows}


def readable(scope: Scope) -> QuerySet[PriceGroup]:
    """
    The price groups in the scope, and those that are shared with it: operator groups of a team's operator, and a Main
    account's for its Sub-accounts (spec P2.6). Shared ones may be seen and assigned, not changed.
    """
    groups = PriceGroup.objects.within(scope)
    operators = Operator.objects.filter(Q(pk__in=scope.operator_ids) | Q(teams__in=scope.team_ids))
    shared = _shared(list(operators.values_list("pk", "organisation_id").distinct())) if scope.operator_ids or scope.team_ids else Q()
    return groups | PriceGroup.objects.filter(shared) if shared else groups


def assignable(team: Team, type: str) -> QuerySet[PriceGroup]:
    """The living groups of a type that a team may use: for choices in forms above. Its own first, then by name."""
    mine = Q(team=team) | _shared([(team.operator_id, team.organisation_id)])
    return PriceGroup.objects.filter(mine, type=type, deleted_at=None).order_by("team_id", "name", "id")


def shared_with(operator: Operator) -> Q:
    """The operator groups that every team of the operator may use."""
    return _shared([(operator.pk, operator.organisation_id)])


def default_group(team: Team, type: str) -> PriceGroup | None:
    """The default of a type for a team: its own, else that of its template (spec §2.5), its operator's, the Main account's."""
    groups = list(assignable(team, type).filter(is_default=True).select_related("current_version"))
    nearest = min(groups, key=lambda group: (group.team_id is None, group.operator_id != team.operator_id), default=None)
    return nearest if nearest and nearest.team_id else template_group(team, type) or nearest


def template_group(team: Team, type: str) -> PriceGroup | None:
    """What the team's template names as default price or cost group, if it is of this type."""
    template = template_of(team)
    prices = TeamTemplatePricing.objects.filter(template=template).select_related("price_group__current_version", "cost_group").first()
    groups = (prices.price_group, prices.cost_group) if template and prices else ()
    return next((group for group in groups if group and group.type == type and group.deleted_at is None), None)


def _shared(operators: Sequence[tuple[int, int]]) -> Q:
    """Operator groups that (operator, organisation) pairs may use."""
    own = Q(operator__in=[operator for operator, _organisation in operators])
    mains = Q(operator__is_main=True, organisation_id__in={organisation for _operator, organisation in operators})
    return Q(team=None) & (own | mains)


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """What the list is narrowed by. `text` is looked for in the name, and in the team's or operator's."""

    text: str = ""
    type: str = ""

    def q(self) -> Q:
        found = Q(deleted_at=None)
        if self.type:
            found &= Q(type=self.type)
        if self.text:
            found &= Q(name__icontains=self.text) | Q(team__name__icontains=self.text) | Q(operator__name__icontains=self.text)
        return found


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A price group on a page. `owner` is its team's name, or its operator's (`is_operators`)."""

    id: int
    name: str
    type: str
    type_label: str
    owner: str
    is_operators: bool
    is_default: bool
    currency: str
    price: str
    updated_at: datetime


def price_groups(scope: Scope, *, filters: GroupFilter) -> QuerySet[PriceGroup]:
    """The living groups that the list shows; for counting."""
    return readable(scope).filter(filters.q())


def price_group_rows(scope: Scope, *, filters: GroupFilter, limit: int, offset: int = 0) -> list[GroupRow]:
    """The price groups in scope or shared with it, newest first."""
    groups = price_groups(scope, filters=filters).select_related("team", "operator", "current_version").order_by("-id")
    return [_row(group) for group in groups[offset : offset + limit]]


def _row(group: PriceGroup) -> GroupRow:
    return GroupRow(
        id=group.pk,
        name=group.name,
        type=group.type,
        type_label=group.get_type_display(),
        owner=group.team.name if group.team else group.operator.name,
        is_operators=group.team_id is None,
        is_default=group.is_default,
        currency=group.currency,
        price=summary(group.current_version),
        updated_at=group.updated_at,
    )


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a group's history. `by` is empty where no person made it (an API credential, the demo)."""

    number: int
    at: datetime
    by: str
    is_vat_included: bool
    words: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def version_rows(group: PriceGroup, *, limit: int = 50) -> list[VersionRow]:
    """The newest versions of a group, newest first, each with what it changed of the one before."""
    versions = list(group.versions.order_by("-number")[: limit + 1])
    people = Person.objects.in_bulk({version.created_by_id for version in versions if version.created_by_id})
    rows = []
    for place, version in enumerate(versions[:limit]):
        words = describe(version)
        before = describe(versions[place + 1]) if place + 1 < len(versions) else ()
        person = people.get(version.created_by_id) if version.created_by_id else None
        rows.append(
            VersionRow(
                number=version.number,
                at=version.created_at,
                by=person.display_name if person else "",
                is_vat_included=version.is_vat_included,
                words=words,
                added=tuple(word for word in words if word not in before),
                removed=tuple(word for word in before if word not in words),
            )
        )
    return rows


def members_on(group: PriceGroup, *, limit: int = 50) -> list[TeamMember]:
    """Members who pay by the group, or whom it tracks, with team and person."""
    uses = Q(pricing__price_group=group) | Q(pricing__cost_group=group)
    return list(TeamMember.objects.filter(uses, deleted_at=None).select_related("team", "person").order_by("pk")[:limit])


def member_ids_on(group_ids: Sequence[int]) -> dict[int, list[int]]:
    """Group → the ids of the members on it, in one query; for the API's `appliedTo.teamMembers`."""
    found: dict[int, list[int]] = {id: [] for id in group_ids}
    rows = MemberPricing.objects.filter(member__deleted_at=None).order_by("member")
    for member, price_group, cost_group in rows.filter(Q(price_group__in=group_ids) | Q(cost_group__in=group_ids)).values_list(
        "member", "price_group", "cost_group"
    ):
        for id in {price_group, cost_group} & found.keys():
            found[id].append(member)
    return found
