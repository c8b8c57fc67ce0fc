"""Charge keys (spec P2.4, partner API §11.13)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.identity.models import Person
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.network.models import ChargeKey
from forecourt.network.operations.deleting import refuse_if_deleted, refuse_if_objected
from forecourt.network.operations.narrowing import checked_restrictions
from forecourt.network.rules import clean_key_identifier
from forecourt.teams.models import Team, TeamMember

_FLAGS = ("is_for_network", "is_for_roaming", "is_for_operator")


class KeyTaken(DomainError):
    """Another living charge key, perhaps of another operator, has this identifier."""

    code = "charge_key_taken"


@operation
def create_key(
    *, actor: Actor, team: Team, identifier: str, type: str, person: Person | None = None, values: Mapping[str, Any], at: datetime
) -> ChargeKey:
    """
    A charge key that pays with the team's wallet. `values`: name, the three `is_for_*` flags (default yes), active_until,
    blocked_at, and the partner's own fields. The unique index keeps an identifier once, whatever its case.

    :raises Invalid: for an identifier of a wrong length (8, 14, 16 or 20 characters for RFID) or with the prefix `VID:`.
    :raises KeyTaken: if a living key has it.
    """
    refuse_if_deleted(team)
    checks = Checks()
    cleaned = _identifier(identifier, type, checks)
    columns = _checked(values, checks) | {name: values["blocked_at"] for name in ("blocked_at",) if name in values}
    _check_person(person, team, checks)
    checks.finish()
    key = ChargeKey(
        organisation_id=team.organisation_id,
        operator_id=team.operator_id,
        team=team,
        person=person,
        identifier=cleaned,
        type=type,
        **columns,
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        raise KeyTaken(_("A charge key with this identifier exists already."), identifier=cleaned) from error
    return key


@operation
def edit_key(*, actor: Actor, key: ChargeKey, values: Mapping[str, Any], at: datetime) -> ChargeKey:
    """
    Change what is named in `values` (also `person`, and `team`: the key moves, with its scope, to a team of the same
    organisation and loses a person who is no member there). The row is locked.

    `pays_in_country_ids` and `pays_at_operator_ids` narrow where the member or the team may pay; None does not. A key that
    moves, or gets another owner, keeps of them what still lies within.

    :raises Invalid: with a message per field; for a country or operator where the member or team may not pay.
    :raises Deleted: if the key is.
    """
    key = locked(key)
    refuse_if_deleted(key)
    checks = Checks()
    columns = _checked(values, checks)
    team = values.get("team") or key.team
    person = values.get("person", key.person)
    if team.organisation_id != key.organisation_id or team.deleted_at:
        checks.fail("team", _("Choose a team of the same organisation."))
    if team.pk != key.team_id and "person" not in values and not _is_member(person, team):
        person = None
    _check_person(person, team, checks)
    checks.finish()
    columns |= checked_restrictions(key, team, person, values)
    columns |= {"team": team, "operator_id": team.operator_id, "organisation_id": team.organisation_id, "person": person}
    for name, value in columns.items():
        setattr(key, name, value)
    key.save(update_fields=[*columns])
    return key


@operation
def block_key(*, actor: Actor, key: ChargeKey, at: datetime) -> ChargeKey:
    """From now on stations refuse it. Again: the first moment stays. The row is locked."""
    return _set_blocked(key, at)


@operation
def unblock_key(*, actor: Actor, key: ChargeKey, at: datetime) -> ChargeKey:
    """It works again. The row is locked; again changes nothing."""
    return _set_blocked(key, None)


@operation
def delete_key(*, actor: Actor, key: ChargeKey, at: datetime) -> None:
    """
    Delete softly; its identifier is free for another. Again: nothing happens. The row is locked.

    :raises Objected: if another domain still needs it.
    """
    key = locked(key)
    if key.deleted_at is None:
        refuse_if_objected("charge_key", key)
        key.deleted_at = at
        key.save(update_fields=["deleted_at"])


def _set_blocked(key: ChargeKey, at: datetime | None) -> ChargeKey:
    key = locked(key)
    refuse_if_deleted(key)
    if (key.blocked_at is None) != (at is None):
        key.blocked_at = at
        key.save(update_fields=["blocked_at"])
    return key


def _identifier(identifier: str, type: str, checks: Checks) -> str:
    if type not in ChargeKey.Type.values:
        checks.fail("type", _("Choose one of the list."))
    says = {
        "empty": _("Fill in this field."),
        "reserved": _("“VID:” is reserved for vehicles; leave it out."),
        "characters": _("Use letters and digits only."),
        "length": _("The identifier of an RFID key has 8, 14, 16 or 20 characters; that of a vehicle at most 36."),
    }
    try:
        return clean_key_identifier(identifier, type)
    except ValueError as error:
        checks.fail("identifier", says[str(error)])
        return identifier


def _checked(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    columns: dict[str, Any] = {name: bool(values[name]) for name in _FLAGS if name in values}
    columns |= {name: values[name] for name in ("active_until", "partner_custom_payload") if name in values}
    for name, limit in (("name", 120), ("partner_external_id", 255)):
        if name in values:
            columns[name] = checks.text(name, values[name], limit=limit, is_required=False) or None
    return columns


def _check_person(person: Person | None, team: Team, checks: Checks) -> None:
    if person is not None and not _is_member(person, team):
        checks.fail("person", _("Choose a member of the team."))


def _is_member(person: Person | None, team: Team) -> bool:
    return person is None or TeamMember.objects.filter(team=team, person=person, state=TeamMember.State.ACCEPTED, deleted_at=None).exists()
