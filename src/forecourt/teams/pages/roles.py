"""The roles page: the grants table as it is enforced."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import OperatorRole, Permission, PlatformRole, TeamRole, require
from forecourt.access.grants import OPERATOR_GRANTS, PLATFORM_GRANTS, TEAM_GRANTS, TEAM_TOGGLES
from forecourt.portal.pages import PageRequest, page, respond
from forecourt.teams.rules import ROLE_LABELS, TOGGLE_LABELS

PLATFORM_LABELS = {
    PlatformRole.ADMINISTRATOR: gettext_lazy("Administrator"),
    PlatformRole.SUPPORT: gettext_lazy("Support"),
    PlatformRole.KYB_REVIEWER: gettext_lazy("Business verification"),
}
YES, NO, BY_TOGGLE = "yes", "no", "toggle"


@dataclass(frozen=True, slots=True)
class GrantRow:
    permission: Permission
    cells: tuple[str, ...]  # yes, no, or toggle: the role can be given it


@page("GET")
def roles(request: PageRequest) -> HttpResponseBase:
    """What each role may do, drawn from `access.grants`: the table that every door asks."""
    require(request.actor, Permission.OPERATOR_MEMBER_READ)
    context = {
        "title": _("Roles"),
        "operator_roles": [role.label for role in OperatorRole],
        "operator_rows": operator_rows(),
        "team_roles": [ROLE_LABELS[role] for role in TeamRole],
        "team_rows": team_rows(),
        "toggle_rows": toggle_rows(),
        "platform_roles": [PLATFORM_LABELS[role] for role in PlatformRole],
        "platform_rows": platform_rows(),
    }
    return respond(request, "teams/roles.html", None, context)


def operator_rows() -> list[GrantRow]:
    shown = [permission for permission in Permission if any(permission in granted for granted in OPERATOR_GRANTS.values())]
    return [
        GrantRow(permission, tuple(YES if permission in OPERATOR_GRANTS[role] else NO for role in OperatorRole)) for permission in shown
    ]


def platform_rows() -> list[GrantRow]:
    """What the installation's own people may do; none of it reaches a tenant's rows."""
    shown = [permission for permission in Permission if any(permission in granted for granted in PLATFORM_GRANTS.values())]
    return [
        GrantRow(permission, tuple(YES if permission in PLATFORM_GRANTS[role] else NO for role in PlatformRole)) for permission in shown
    ]


def team_rows() -> list[GrantRow]:
    """The permissions that anybody in a team can have; `toggle` where only a toggle gives it."""
    rows = [GrantRow(permission, tuple(_team_cell(permission, role) for role in TeamRole)) for permission in Permission]
    return [row for row in rows if set(row.cells) != {NO}]


def _team_cell(permission: Permission, role: TeamRole) -> str:
    if permission in TEAM_GRANTS[role]:
        return YES
    return BY_TOGGLE if any(role in roles and permission in adds for roles, adds in TEAM_TOGGLES.values()) else NO


def toggle_rows() -> list[tuple[str | Promise, list[Permission], list[bool]]]:
    """(label, what it adds, which roles can hold it)."""
    labels: Mapping[str, str | Promise] = TOGGLE_LABELS
    return [(labels[name], sorted(adds), [role in roles for role in TeamRole]) for name, (roles, adds) in TEAM_TOGGLES.items()]
