"""Words of teams, and the matrix of spec P2.1 as a form needs it. No database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forecourt.access import Actor, ActorKind, Permission, TeamRole
from forecourt.access.grants import TEAM_TOGGLES, team_permissions

ROLE_LABELS: dict[str, Promise] = {
    TeamRole.OWNER: _("Owner"),
    TeamRole.ADMIN: _("Admin"),
    TeamRole.MEMBER: _("Member"),
}
TYPE_LABELS: dict[str, Promise] = {
    "personal": _("Personal"),
    "private": _("Private"),
    "professional": _("Professional"),
    "operator": _("Operator"),
    "fleet": _("Fleet"),
}
TOGGLE_LABELS: dict[str, Promise] = {
    "can_pay_with_team_wallet": _("Pay with the team’s wallet"),
    "can_manage_team_wallet": _("Manage the wallet: deposit and withdraw"),
    "can_configure_charge_points": _("Configure charge points over OCPP"),
    "can_manage_team_members": _("See and manage other members"),
    "can_request_sponsoring": _("Request reimbursement"),
}
TEMPLATE_LABELS: dict[str, Promise] = {  # what an operator's team settings take from everybody, as `access.grants.TAKEN_WITH` says
    **TOGGLE_LABELS,
    "can_configure_charge_points": _("Modify charge points: add, change, command and configure them"),
    "may_withdraw": _("Withdraw money"),
}
PAYMENT_TYPE_LABELS: dict[str, Promise] = {
    "all": _("All charge points"),
    "partner": _("Charge points of the operator’s whole organisation"),
    "operator": _("The operator’s own charge points"),
    "none": _("Nowhere"),
}
NEVER = _("A member can never have this. Make them an admin first.")
TAKEN = _("The operator’s team settings take this from everybody in the team.")
ALWAYS = _("The owner always has this.")
ONLY_OWNER_GIVES_IT = _("Only the owner, or an Admin of the operator, can transfer the team.")
ONLY_OWNER = _("Only the owner of the team, or an Admin of the operator, may give wallet rights.")


class Placed(Protocol):
    """A team, as far as a scope asks."""

    pk: int
    organisation_id: int
    operator_id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where something hangs that is no team: `pk` 0 is no team's id."""

    pk: int
    organisation_id: int
    operator_id: int


@dataclass(frozen=True, slots=True)
class Toggle:
    """How one toggle stands for one role. With a `reason` it cannot be changed: it is `fixed`, or stays as it is."""

    name: str
    label: str | Promise
    fixed: bool | None = None
    reason: str | Promise = ""


def toggles_for(role: str, *, may_grant_wallet: bool = True, taken: frozenset[str] = frozenset()) -> list[Toggle]:
    """The toggles of spec P2.1 for a role, each with why it cannot be changed. `taken`: by the team's template (spec §2.5)."""
    drawn = [_toggle(name, TeamRole(role), may_grant_wallet) for name in TOGGLE_LABELS]
    return [replace(one, reason=one.reason or TAKEN) if one.name in taken else one for one in drawn]


def _toggle(name: str, role: TeamRole, may_grant_wallet: bool) -> Toggle:
    label = TOGGLE_LABELS[name]
    if name == "can_manage_team_members" and role == TeamRole.OWNER:
        return Toggle(name, label, fixed=True, reason=ALWAYS)
    if name in TEAM_TOGGLES and role not in TEAM_TOGGLES[name][0]:
        return Toggle(name, label, fixed=False, reason=NEVER)
    if name == "can_manage_team_wallet" and not may_grant_wallet:
        return Toggle(name, label, reason=ONLY_OWNER)
    return Toggle(name, label)


def reaches(actor: Actor, permission: Permission, team: Placed) -> bool:
    """Whether this permission holds for the actor in this team, in any of their accounts. Asks no database: for tabs and buttons."""
    scope = actor.reach_of(permission)
    return (
        scope.is_everywhere
        or team.organisation_id in scope.organisation_ids
        or team.operator_id in scope.operator_ids
        or team.pk in scope.team_ids
    )


def acts_for_owner(actor: Actor, team: Placed) -> bool:
    """The team's owner, or the operator's people who manage members; not an admin of the team."""
    return _is_owner_or_operator(actor, team, Permission.TEAM_MEMBER_MANAGE)


def may_grant_wallet(actor: Actor, team: Placed) -> bool:
    """
    Wallet rights and ownership are given by the owner (spec P2.1), and by the operator's people who may move its money
    themselves: an Operations manager may not (spec §3.1).
    """
    return _is_owner_or_operator(actor, team, Permission.TEAM_MEMBER_MANAGE, Permission.WALLET_MOVE)


def _is_owner_or_operator(actor: Actor, team: Placed, *needs: Permission) -> bool:
    if actor.kind is not ActorKind.PERSON or any(m.team_id == team.pk and m.role == TeamRole.OWNER for m in actor.team_memberships):
        return True
    scopes = [actor.reach_of(permission) for permission in needs]
    return all(team.organisation_id in scope.organisation_ids or team.operator_id in scope.operator_ids for scope in scopes)


def more_than_own(actor: Actor, team: Placed, role: str, toggles: frozenset[str]) -> Permission | None:
    """What these rights would give the actor in this team beyond what they can do there already; None if nothing."""
    if may_grant_wallet(actor, team):
        return None
    return next(
        (one for one in sorted(team_permissions(TeamRole(role), toggles & TEAM_TOGGLES.keys())) if not reaches(actor, one, team)), None
    )


def possible_toggles(role: str) -> frozenset[str]:
    """The toggles that somebody with this role can have at all."""
    return frozenset(name for name in TOGGLE_LABELS if name not in TEAM_TOGGLES or TeamRole(role) in TEAM_TOGGLES[name][0])


class Lower(StrEnum):
    """What saving a level does to those below it (spec P2.1): they keep what they set themselves, or all follow."""

    KEEP = "keep"
    APPLY = "apply"


Allowed = frozenset[int] | None  # ids of countries or operators; None: nothing is said


def effective(levels: Iterable[Allowed], *, key: Allowed = None) -> Allowed:
    """
    Where a wallet may pay, from the lowest level to the highest: the first that says something holds, whatever stands
    above it; None everywhere is everywhere. A charge key only narrows (spec P2.1).
    """
    allowed = next((level for level in levels if level is not None), None)
    if key is None or allowed is None:
        return allowed if key is None else key
    return allowed & key


def next_month(day: date) -> date:
    """The first day of the month after this day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def owed_months(starts_on: date, ends_on: date | None, *, until: date) -> list[date]:
    """
    The first days of the months for which a monthly fee is owed by the end of the day `until`: every calendar month with a
    day in [starts_on, ends_on), once, from the day in it on which the fee holds first.
    """
    last = until if ends_on is None else min(until, ends_on - timedelta(days=1))
    months, month = [], starts_on.replace(day=1)
    while starts_on <= last and month <= last:
        months.append(month)
        month = next_month(month)
    return months
