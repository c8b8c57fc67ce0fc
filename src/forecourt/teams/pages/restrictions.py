"""Where a team's wallet may pay: one page for each level of the cascade (spec P2.1)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch, lacks_here
from forecourt.kit import clock
from forecourt.kit.errors import Invalid
from forecourt.operators.models import Operator
from forecourt.operators.pages.frame import fetch_account
from forecourt.operators.pages.frame import frame as account_frame
from forecourt.operators.rules import reaches as operator_reaches
from forecourt.portal.pages import PageRequest, done, explain, page, respond
from forecourt.teams import operations
from forecourt.teams.models import MemberGroup, OperatorWalletRule, Team, TeamTemplate
from forecourt.teams.operations.restrictions import Level
from forecourt.teams.pages.frame import frame, refusal
from forecourt.teams.pages.member import member_named, name_of
from forecourt.teams.pages.member_forms import RestrictionsForm
from forecourt.teams.queries import restrictions as queries
from forecourt.teams.rules import Lower

P = Permission


@dataclass(frozen=True, slots=True)
class Place:
    """One level's page: its row, whose operators it offers, where to go afterwards, and whether there is a level below."""

    row: Level
    operator: Operator
    title: str
    url: str
    template: str
    context: dict[str, Any]
    refused: str = ""  # why this person may only read


@page("GET", "POST")
def account_restrictions(request: PageRequest, operator_id: int) -> HttpResponseBase:
    """The operator's own level: holds for its teams unless they set their own."""
    needs = P.OPERATOR_UPDATE if request.method == "POST" else P.OPERATOR_READ
    operator = fetch_account(request.actor, operator_id, needs)
    row, url = operations.wallet_rule_of(operator), reverse("account-restrictions", args=[operator_id])
    refused = "" if operator_reaches(request.actor, P.OPERATOR_UPDATE, operator) else lacks_here(P.OPERATOR_UPDATE)
    context = account_frame(request, operator)
    return _page(request, Place(row, operator, _("Where wallets may pay"), url, "teams/account_restrictions.html", context, refused))


@page("GET", "POST")
def team_restrictions(request: PageRequest, team_id: int) -> HttpResponseBase:
    needs = P.TEAM_UPDATE if request.method == "POST" else P.TEAM_READ
    team: Team = fetch(Team.objects.select_related("operator").filter(deleted_at=None), actor=request.actor, id=team_id, needs=needs)
    url = reverse("team-restrictions", args=[team_id])
    title, refused = _("Where the wallet may pay"), refusal(request.actor, P.TEAM_UPDATE, team)
    return _page(request, Place(team, team.operator, title, url, "teams/team_restrictions.html", frame(request, team), refused))


@page("GET", "POST")
def group_restrictions(request: PageRequest, profile_id: int) -> HttpResponseBase:
    rows = MemberGroup.objects.select_related("team", "operator").filter(deleted_at=None)
    group: MemberGroup = fetch(rows, actor=request.actor, id=profile_id, needs=P.TEAM_MEMBER_MANAGE)
    url = reverse("team-groups", args=[group.team_id]) if group.team_id else reverse("account-groups", args=[group.operator_id])
    title = _("Where members of %(name)s may pay") % {"name": group.name}
    context = {"crumbs": [((group.team or group.operator).name, url)]}
    return _page(request, Place(group, group.operator, title, url, "teams/restrictions.html", context))


@page("GET", "POST")
def member_restrictions(request: PageRequest, team_id: int, member_id: int) -> HttpResponseBase:

    team, member = member_named(request, team_id, member_id, P.TEAM_MEMBER_MANAGE)
    url = reverse("team-member", args=[team_id, member_id])
    context = {"crumbs": [(team.name, reverse("team-members", args=[team_id])), (name_of(member), url)]}
    title = _("Where %(name)s may pay") % {"name": name_of(member)}
    return _page(request, Place(member, member.team.operator, title, url, "teams/restrictions.html", context))


def _page(request: PageRequest, place: Place) -> HttpResponseBase:
    form = RestrictionsForm(
        request.POST if request.method == "POST" else None, row=place.row, operator=place.operator,
        says=says(place.row, queries.inherited(queries.levels_above(place.row)), place.operator),
    )  # fmt: skip
    for field in form.fields.values() if place.refused else ():
        field.disabled = True
    if request.method == "POST" and form.is_valid():
        countries, operators = (form.ids(name) for name in queries.COLUMNS)
        try:
            operations.set_restrictions(
                actor=request.actor, level=place.row, country_ids=countries, operator_ids=operators, at=clock.now(),
                lower=Lower(form.cleaned_data["lower"]),
            )  # fmt: skip
        except Invalid as error:
            explain(form, error)
        else:
            return done(request, place.url, message=_("Saved. It holds for charges that start from now on."))
    context = (
        {"form": form, "submit": _("Save"), "cancel_url": place.url, "refused": place.refused}
        | place.context
        | {"title": place.context.get("title", place.title), "heading": place.title}
    )
    return respond(request, place.template, None, context, status=422 if form.errors else 200)


def says(row: Level | TeamTemplate, above: queries.Inherited, operator: Operator) -> dict[str, str]:
    """What “as above” means here, in words: “Denmark, Sweden, from the team”."""
    if isinstance(row, OperatorWalletRule):
        return dict.fromkeys(queries.COLUMNS, _("Everywhere"))
    countries = _inherited(above.countries, queries.country_names(above.countries), above.countries_from)
    operators = _inherited(above.operators, queries.operator_names(above.operators, operator), above.operators_from)
    return dict(zip(queries.COLUMNS, (countries, operators), strict=True))


def _inherited(ids: frozenset[int] | None, names: str, source: str) -> str:
    if ids is None:
        return _("As above: everywhere")
    return _("As above: %(names)s, from %(source)s") % {"names": names or _("nowhere"), "source": source}
