"""What every page of one team has in common. Domains that add a tab use it, and extend `teams/team.html`."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission, lacks_here
from forecourt.kit import registries
from forecourt.portal.menu import Link
from forecourt.teams.features import feature_of
from forecourt.teams.models import FeatureSetting, Team
from forecourt.teams.queries import state_of
from forecourt.teams.rules import reaches


def frame(request: HttpRequest, team: Team) -> dict[str, Any]:
    """Context of `teams/team.html`: title, crumbs, the state's badge and the tabs that this person may open for this team."""
    return {
        "title": team.name,
        "team": team,
        "team_state": state_of(team),
        "crumbs": [(_("Teams"), reverse("teams"))],
        "tabs": _tabs(request, team),
        "frozen": (team.frozen_reason or _("No reason was given.")) if team.frozen_at else "",
    }


def refusal(actor: Actor, permission: Permission, team: Team) -> str:
    """Why a button of this team is greyed; empty where it works (spec §3.2)."""
    if team.deleted_at:
        return _("This team is deleted.")
    return "" if reaches(actor, permission, team) else lacks_here(permission)


def _tabs(request: HttpRequest, team: Team) -> list[Link]:
    """Only what holds in this very team: an admin of one who is a member of another has fewer tabs there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    name = request.resolver_match.view_name if request.resolver_match else None
    mine = sorted((tab for tab in registries.tabs if tab.page == "team"), key=lambda tab: tab.order)
    off = _switched_off(actor, team)
    links = []
    for tab in mine:
        if tab.permission is None or reaches(actor, tab.permission, team):
            links.append(Link(tab.label, reverse(tab.url_name, args=[team.pk]), is_current=tab.url_name == name))
        elif feature_of(tab.permission) in off:
            links.append(Link(tab.label, "", disabled=_("Your operator has switched this off for the team.")))
    return links


def _switched_off(actor: Actor, team: Team) -> set[str]:
    """Features that this person would have, were they not off for the team; hidden ones are not named."""
    if team.feature_group_id is None or not any(m.team_id == team.pk and m.closed for m in actor.team_memberships):
        return set()
    rows = FeatureSetting.objects.filter(group=team.feature_group_id, group__deleted_at=None, value=FeatureSetting.Value.OFF)
    return set(rows.values_list("feature", flat=True))
