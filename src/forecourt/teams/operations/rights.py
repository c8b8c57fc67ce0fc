"""What a role can hold at all, and who may give it: checked by everything that writes rights (spec P2.1)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from forecourt.access import Actor, ActorKind, Permission, TeamRole
from forecourt.access.grants import TEAM_TOGGLES
from forecourt.kit.errors import Forbidden
from forecourt.kit.fields import Checks
from forecourt.teams.rules import PAYMENT_TYPE_LABELS, Place, may_grant_wallet, more_than_own, possible_toggles

TOGGLES = (*TEAM_TOGGLES, "can_request_sponsoring")
RIGHTS = (*TOGGLES, "charge_payment_type")


def check_may_grant(actor: Actor, team: Any, toggles: Mapping[str, bool]) -> None:
    """
    `team`: a team, or a row that carries its three scope columns.

    :raises Forbidden: for wallet rights, unless the actor owns the team or may move its money for the operator (spec P2.1, §3.1).
    """
    for name in toggles:
        if name not in TOGGLES:
            raise TypeError(f"a member has no toggle {name}")
    if toggles.get("can_manage_team_wallet") and not may_grant_wallet(actor, team):
        raise Forbidden(
            _("Only the owner of the team, or an Admin of the operator, may give wallet rights."),
            permission=Permission.TEAM_MEMBER_MANAGE.value,
        )


def check_own(actor: Actor, team: Any, person_ids: Collection[int | None], *, role: str, toggles: Mapping[str, Any]) -> None:
    """
    Nobody gives themselves more than they have: where the actor is among these people, the rights must be theirs already.

    :raises Forbidden: if one is not.
    """
    if actor.kind is not ActorKind.PERSON or actor.id not in person_ids:
        return
    more = more_than_own(actor, team, role, frozenset(name for name, is_on in toggles.items() if is_on))
    if more is not None:
        raise Forbidden(_("Nobody gives themselves more rights than they have. Ask the owner, or an Admin."), permission=more.value)


def check_owner(actor: Actor, operator: Any, person_ids: Collection[int]) -> None:
    """
    Making teams makes nobody more than they are: only who may own them anyway becomes the owner of a new one.

    :raises Forbidden: as `check_own`.
    """
    check_own(actor, Place(0, operator.organisation_id, operator.pk), person_ids, role=TeamRole.OWNER, toggles=dict.fromkeys(TOGGLES, True))


def possible(role: str, toggles: Mapping[str, bool]) -> dict[str, bool]:
    """The toggles, off where the role can never have them."""
    can = possible_toggles(role)
    return {name: bool(value) and name in can for name, value in toggles.items()}


def checked_rights(values: Mapping[str, Any], *, role: str, checks: Checks) -> dict[str, Any]:
    """Toggles that the role can have, and how charges are paid for."""
    columns: dict[str, Any] = possible(role, {name: values[name] for name in TOGGLES if name in values})
    if "charge_payment_type" in values:
        columns["charge_payment_type"] = values["charge_payment_type"]
        if values["charge_payment_type"] not in PAYMENT_TYPE_LABELS:
            checks.fail("charge_payment_type", _("Choose one of the list."))
    return columns
