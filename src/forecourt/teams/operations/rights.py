"""What a role can hold at all, and who may give it: checked by everything that writes rights (spec P2.1)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission
from forecourt.access.grants import TEAM_TOGGLES
from forecourt.kit.errors import Forbidden
from forecourt.kit.fields import Checks
from forecourt.teams.rules import PAYMENT_TYPE_LABELS, may_grant_wallet, possible_toggles

TOGGLES = (*TEAM_TOGGLES, "can_request_sponsoring")
RIGHTS = (*TOGGLES, "charge_payment_type")


def check_may_grant(actor: Actor, team: Any, toggles: Mapping[str, bool]) -> None:
    """
    `team`: a team, or a row that carries its three scope columns.

    :raises Forbidden: for wallet rights, if the actor is of the team and not its owner (spec P2.1).
    """
    for name in toggles:
        if name not in TOGGLES:
            raise TypeError(f"a member has no toggle {name}")
    if toggles.get("can_manage_team_wallet") and not may_grant_wallet(actor, team):
        raise Forbidden(_("Only the owner of the team may give wallet rights."), permission=Permission.TEAM_MEMBER_MANAGE.value)


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
