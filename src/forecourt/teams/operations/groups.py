"""Writes of member groups: profiles that give members a role, rights and restrictions (spec P2.1, partner API §11.16)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor, TeamRole
from forecourt.kit.errors import DomainError, Invalid
from forecourt.kit.events import announce_all
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.teams.events import MemberGroupGiven
from forecourt.teams.models import MemberGroup, Team, TeamMember
from forecourt.teams.operations.restrictions import checked_restrictions
from forecourt.teams.operations.rights import RIGHTS, TOGGLES, check_may_grant, check_own, checked_rights, possible
from forecourt.teams.rules import Lower, Place, possible_toggles

COPIED = ("role", *RIGHTS)
PARTNERS = ("partner_external_id", "partner_custom_payload")


class GroupIsUsed(DomainError):
    """The member group has members, so it cannot be deleted before they are given another."""

    code = "member_group_is_used"


@operation
def create_group(*, actor: Actor, operator: Operator, team: Team | None, name: str, role: str, at: datetime, **values: Any) -> MemberGroup:
    """
    Make a member group of a team; without one, of the operator for all its teams.

    `values`: description, the toggles, charge_payment_type, pays_in_country_ids, is_default (of a team), the partner's own.

    :raises Invalid: with a message per field; for a name that the team has already.
    :raises Forbidden: as `rights.check_may_grant` and `check_own`.
    """
    placed = team or Place(0, operator.organisation_id, operator.pk)
    columns = _checked({"name": name, "role": role, **values}, role=role)
    check_may_grant(actor, placed, {name: columns[name] for name in TOGGLES if name in columns})
    owner = {"organisation_id": placed.organisation_id, "operator_id": placed.operator_id, "team": team}
    return _saved(MemberGroup(**owner, **columns))


@operation
def edit_group(*, actor: Actor, group: MemberGroup, at: datetime, lower: Lower = Lower.KEEP, **values: Any) -> MemberGroup:
    """
    Change a group; only what is given, as `create_group`. Members follow: with `Lower.KEEP` those whose own role or right
    is what the group's was, with `Lower.APPLY` all of them, also in what they may pay for. The owner keeps role and rights.

    Beside itself: the group's row is locked, then its members'.

    :raises Invalid: with a message per field.
    :raises Forbidden: as `rights.check_may_grant` and `check_own`.
    """
    group = locked(group)
    role = str(values.get("role") or group.role)
    columns = _checked(values, role=role)
    columns |= possible(role, {name: columns.get(name, getattr(group, name)) for name in TOGGLES})
    before = {name: getattr(group, name) for name in COPIED}
    granted = {name: columns[name] for name in TOGGLES if lower is Lower.APPLY or columns[name] != before[name]}
    check_may_grant(actor, group.team or Place(0, group.organisation_id, group.operator_id), granted)
    for name, value in columns.items():
        setattr(group, name, value)
    if granted or columns.get("role", before["role"]) != before["role"]:
        for member in TeamMember.objects.filter(group=group, deleted_at=None, person_id=actor.id).exclude(role=TeamRole.OWNER):
            check_own(actor, member.team, [member.person_id], role=role, toggles=_toggles_of(group))
    _saved(group)
    _pass_on(group, before, lower)
    return group


@operation
def delete_group(*, actor: Actor, group: MemberGroup, at: datetime, move_to: MemberGroup | None = None) -> MemberGroup:
    """
    Delete a group softly; its members are given `move_to` first. Again: nothing happens.

    :raises GroupIsUsed: if it has members and there is no group to move them to.
    """
    group = locked(group)
    if group.deleted_at:
        return group
    members = list(TeamMember.objects.filter(group=group, deleted_at=None).order_by("pk"))
    if members and move_to is None:
        raise GroupIsUsed(_("This group has members. Choose the group that they get instead."))
    give_group(actor=actor, members=members, group=move_to, at=at)
    group.deleted_at, group.is_default = at, False
    group.save(update_fields=["deleted_at", "is_default"])
    return group


@operation
def give_group(*, actor: Actor, members: Sequence[TeamMember], group: MemberGroup | None, at: datetime) -> None:
    """
    Give members a group: its role, rights and prices become theirs, and where they may pay is the group's again. None takes
    the group away and leaves the rest. An owner gets its prices and restrictions, and keeps role and rights.

    Beside itself: the members are locked in id order; the last one wins.

    :raises Invalid: for a group of another team or operator, or a deleted one.
    :raises Forbidden: as `rights.check_may_grant` and `check_own`.
    """
    if not members:
        return
    rows = TeamMember.objects.filter(pk__in=[member.pk for member in members], deleted_at=None).order_by("pk")
    held = list(rows.select_related("team").select_for_update(no_key=True, of=("self",)))
    if group is None:
        rows.update(group=None)
        return
    for member in held:
        check_is_for(group, member.team)
        if member.role != TeamRole.OWNER and not member.can_manage_team_wallet:
            check_may_grant(actor, member.team, {"can_manage_team_wallet": group.can_manage_team_wallet})
        if member.role != TeamRole.OWNER:
            check_own(actor, member.team, [member.person_id], role=group.role, toggles=_toggles_of(group))
    inherits = {"group": group, "pays_in_country_ids": None, "pays_at_operator_ids": None}
    rows.filter(role=TeamRole.OWNER).update(**inherits)
    rows.exclude(role=TeamRole.OWNER).update(**inherits, **{name: getattr(group, name) for name in COPIED})
    announce_all(MemberGroupGiven(member.pk) for member in held)


def _toggles_of(group: MemberGroup) -> dict[str, bool]:
    return {name: getattr(group, name) for name in TOGGLES}


def default_group_of(team: Team) -> MemberGroup | None:
    """What somebody gets who joins by the team's code."""
    return MemberGroup.objects.filter(team=team, is_default=True, deleted_at=None).first()


def is_group_for(group: MemberGroup, team: Team) -> bool:
    """A team uses its own groups, its operator's, and those its Main account made for all Sub-accounts."""
    if group.deleted_at:
        return False
    if group.team_id is not None:
        return group.team_id == team.pk
    return group.operator_id == team.operator_id or (group.operator.is_main and group.organisation_id == team.organisation_id)


def check_is_for(group: MemberGroup, team: Team) -> None:
    if not is_group_for(group, team):
        says = _("This group belongs to another team.")
        raise Invalid(says, fields={"group": says})


def _checked(values: dict[str, Any], *, role: str) -> dict[str, Any]:
    checks = Checks()
    columns: dict[str, Any] = {name: values[name] for name in PARTNERS if name in values}
    if "name" in values:
        columns["name"] = checks.text("name", values["name"], limit=120)
    if "description" in values:
        columns["description"] = checks.text("description", values["description"], limit=2000, is_required=False)
    if role not in (TeamRole.ADMIN, TeamRole.MEMBER):
        checks.fail("role", _("Choose a role from the list."))
    if "role" in values:
        columns["role"] = role
    columns |= {"is_default": values["is_default"]} if "is_default" in values else {}
    if "pays_in_country_ids" in values:
        columns["pays_in_country_ids"] = checked_restrictions(values["pays_in_country_ids"], None)["pays_in_country_ids"]
    columns |= checked_rights({name: values[name] for name in RIGHTS if name in values}, role=role, checks=checks)
    checks.finish()
    return columns


def _saved(group: MemberGroup) -> MemberGroup:
    """One default per team: the one before stops being it."""
    if group.is_default and group.team_id is None:
        says = _("Only a team’s own group is given to who joins by its code.")
        raise Invalid(says, fields={"is_default": says})
    try:
        with transaction.atomic():
            if group.is_default:
                MemberGroup.objects.filter(team=group.team, is_default=True).exclude(pk=group.pk).update(is_default=False)
            group.save()
    except IntegrityError as error:
        says = _("The team has a group of this name already.")
        raise Invalid(says, fields={"name": says}) from error
    return group


def _pass_on(group: MemberGroup, before: dict[str, Any], lower: Lower) -> None:
    members = TeamMember.objects.filter(group=group, deleted_at=None).exclude(role=TeamRole.OWNER).order_by("pk")
    held = [member.pk for member in members.select_for_update(no_key=True)]
    if lower is Lower.APPLY:
        members.update(pays_in_country_ids=None, pays_at_operator_ids=None, **{name: getattr(group, name) for name in COPIED})
        announce_all(MemberGroupGiven(id) for id in held)
        return
    changed = [name for name in COPIED if before[name] != getattr(group, name)]
    for name in changed:
        members.filter(**{name: before[name]}).update(**{name: getattr(group, name)})
    if "role" in changed:
        members.filter(role=TeamRole.MEMBER).update(**dict.fromkeys(set(TOGGLES) - possible_toggles(TeamRole.MEMBER), False))
