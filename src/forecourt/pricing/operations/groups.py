"""Writes of price groups."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from forecourt.access import Actor, ActorKind
from forecourt.kit import registries
from forecourt.kit.errors import DomainError
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.operators.models import Operator
from forecourt.places.models import Country, Currency
from forecourt.pricing.models import MemberGroupPricing, MemberPricing, PriceGroup, PriceVersion
from forecourt.pricing.operations.checks import NAME_LENGTH, check_components
from forecourt.pricing.rules import Component, dump_components
from forecourt.teams.models import Team


class PriceGroupDeleted(DomainError):
    """A deleted price group refuses every change."""

    code = "price_group_deleted"


class PriceGroupIsNeeded(DomainError):
    """Something still uses the price group, so it cannot be deleted."""

    code = "price_group_is_needed"


@operation
def create_price_group(
    *,
    actor: Actor,
    operator: Operator,
    team: Team | None,
    type: str,
    name: str,
    components: Sequence[Component],
    at: datetime,
    currency: str = "",
    country: Country | None = None,
    is_vat_included: bool | None = None,
) -> PriceGroup:
    """
    Create a price group of a team, or with no team one of the operator for all its teams, with its first version.

    Currency and country are locked from now on; where not given they are the team's, else the operator's. Prices include
    VAT unless said otherwise or the type is `roaming` (spec P2.6).

    :raises Invalid: for a value that breaks its rule, named by field.
    """
    currency = currency or (team or operator).currency.identifier
    country = country or (team and team.country) or operator.country
    checks = Checks()
    name = checks.text("name", name, limit=NAME_LENGTH)
    _check_place(checks, type, currency, country)
    check_components(checks, components, type=type, operator_id=operator.pk)
    checks.finish()
    group = PriceGroup.objects.create(
        organisation_id=operator.organisation_id,
        operator=operator,
        team=team,
        type=type,
        name=name,
        currency=currency,
        country_id=country.pk if country else 0,  # checked above
    )
    included = type != PriceGroup.Type.ROAMING if is_vat_included is None else is_vat_included
    return _put_version(actor, group, dump_components(components), is_vat_included=included, number=1)


@operation
def edit_price_group(
    *,
    actor: Actor,
    price_group: PriceGroup,
    at: datetime,
    name: str | None = None,
    components: Sequence[Component] | None = None,
    is_vat_included: bool | None = None,
) -> PriceGroup:
    """
    Rename the group, or give it a new version, or both; only what is given. Running charges keep theirs.

    The same content makes no new version, so saving twice is once.

    :raises Invalid: for a value that breaks its rule, named by field.
    :raises PriceGroupDeleted: if it is deleted.
    """
    group = _living(price_group)
    checks = Checks()
    wanted_name = checks.text("name", name, limit=NAME_LENGTH) if name is not None else group.name
    if components is not None:
        check_components(checks, components, type=group.type, operator_id=group.operator_id)
    checks.finish()
    if wanted_name != group.name:
        group.name = wanted_name
        group.save(update_fields=["name"])
    current = group.current_version
    stored = dump_components(components) if components is not None else current.components if current else []
    included = is_vat_included if is_vat_included is not None else (current is None or current.is_vat_included)
    if current and (current.components, current.is_vat_included) == (stored, included):
        return group
    return _put_version(actor, group, stored, is_vat_included=included, number=current.number + 1 if current else 1)


@operation
def delete_price_group(*, actor: Actor, price_group: PriceGroup, at: datetime) -> PriceGroup:
    """
    Soft-delete a price group. Deleting it again changes nothing. Its versions stay: charges were priced by them.

    :raises PriceGroupIsNeeded: while it is a default, while members pay by it, or a domain above objects (charge points).
    """
    group = locked(price_group)
    if group.deleted_at:
        return group
    if message := _objection(group):
        raise PriceGroupIsNeeded(message)
    group.deleted_at = at
    group.save(update_fields=["deleted_at"])
    return group


@operation
def set_default(*, actor: Actor, price_group: PriceGroup, at: datetime) -> PriceGroup:
    """
    Make it the default of its type for its team, or for the operator's teams without one of their own. It takes the place of
    the one before. The owner's row is locked, so that two at once follow each other.

    :raises PriceGroupDeleted: if it is deleted.
    """
    locked(price_group.team or price_group.operator)
    group = _living(price_group)
    beside = Q(team=group.team_id) if group.team_id else Q(team=None, operator=group.operator_id)
    PriceGroup.objects.filter(beside, type=group.type, is_default=True).exclude(pk=group.pk).update(is_default=False)
    if not group.is_default:
        group.is_default = True
        group.save(update_fields=["is_default"])
    return group


@operation
def unset_default(*, actor: Actor, price_group: PriceGroup, at: datetime) -> PriceGroup:
    """
    Leave the team, or the operator's teams, without a default of this type.

    :raises PriceGroupDeleted: if it is deleted.
    """
    group = _living(price_group)
    group.is_default = False
    group.save(update_fields=["is_default"])
    return group


def _living(price_group: PriceGroup) -> PriceGroup:
    group = locked(price_group)
    if group.deleted_at:
        raise PriceGroupDeleted(_("This price group is deleted."))
    return group


def _check_place(checks: Checks, type: str, currency: str, country: Country | None) -> None:
    if type not in PriceGroup.Type.values:
        checks.fail("type", _("Choose a type from the list."))
    if not Currency.objects.filter(identifier=currency).exists():
        checks.fail("currency", _("Choose a currency from the list."))
    if country is None:
        checks.fail("country", _("Choose a country."))
    elif country.is_sanctioned:
        checks.fail("country", _("Choose a country from the list."))


def _put_version(actor: Actor, group: PriceGroup, stored: list[dict[str, Any]], *, is_vat_included: bool, number: int) -> PriceGroup:
    group.current_version = PriceVersion.objects.create(
        price_group=group,
        number=number,
        currency=group.currency,
        is_vat_included=is_vat_included,
        components=stored,
        created_by_id=actor.id if actor.kind is ActorKind.PERSON else None,
    )
    group.save(update_fields=["current_version"])
    return group


def _objection(group: PriceGroup) -> str | None:
    if group.is_default:
        return _("“%(name)s” is the default. Make another price group the default first.") % {"name": group.name}
    uses = MemberPricing.objects.filter(price_group=group) | MemberPricing.objects.filter(cost_group=group)
    if uses.filter(member__deleted_at=None).exists():
        return _("Members pay by “%(name)s”. Give them another price first.") % {"name": group.name}
    of_groups = MemberGroupPricing.objects.filter(price_group=group) | MemberGroupPricing.objects.filter(cost_group=group)
    if of_groups.filter(group__deleted_at=None).exists():
        return _("A member group gives “%(name)s”. Give the group another price first.") % {"name": group.name}
    objections = (objection(group) for label, objection in registries.deletion_objections if label == "price_group")
    return next((message for message in objections if message), None)
