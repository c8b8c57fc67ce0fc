"""Charge points: create, edit, delete, maintenance, transfer, prices (spec P2.2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from forecourt.access import Actor, Permission
from forecourt.kit.errors import DomainError, Invalid, NotFound
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.network.models import ChargePoint, Connector, ConnectorType, Model, Site, Station
from forecourt.network.operations.deleting import refuse_if_deleted, refuse_if_objected
from forecourt.network.operations.gathering import default_groups, gather, refuse_fleet
from forecourt.network.operations.states import settle_states
from forecourt.network.operations.stations import end_integrations, forget_station
from forecourt.network.operations.values import checked_place, one_of
from forecourt.network.queries.prices import GROUP_COLUMNS
from forecourt.network.rules import new_evse_id
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team

_FLAGS = ("show_on_map", "is_reservable", "is_roaming", "is_free")
_MOST_W = 10_000_000


class OtherOrganisation(DomainError):
    """A charge point moves only within its organisation: its charges and prices belong there."""

    code = "other_organisation"


@operation
def create_charge_point(
    *,
    actor: Actor,
    team: Team,
    site: Site | None,
    model: Model | None,
    values: Mapping[str, Any],
    connector_type_ids: Sequence[int] | None = None,
    at: datetime,
) -> ChargePoint:
    """
    A new charge point of a team, not yet connected to a station. `values` are columns of `ChargePoint` by name; `name`,
    `visibility`, `type` and `max_w` are needed (the last two default to the model's), and `is_active` says whether it is onboarded
    (default yes). Connectors default to the model's, the price to the team's default public group. Not once: two calls make two.

    :raises Invalid: with a message per field.
    """
    refuse_if_deleted(team)
    refuse_fleet(team)
    given = {"name": "", "visibility": "", "type": model.type if model else "", "max_w": model.max_w if model else None, **values}
    columns = _checked(given, at=at) | {"site": _own_site(site, team)}
    columns.setdefault("active_at", at)
    id = _next_id()
    charge_point = ChargePoint.objects.create(
        pk=id,
        organisation_id=team.organisation_id,
        operator_id=team.operator_id,
        team=team,
        model=model,
        evse_id=new_evse_id(_country_code(site, team), id),
        **default_groups(team),
        **{"time_zone": site.time_zone if site else team.time_zone, **columns},
    )
    _set_connectors(charge_point, connector_type_ids if connector_type_ids is not None else (model.connector_types if model else []))
    gather(actor=actor, charge_point=charge_point, at=at)
    settle_states([id], at=at)
    charge_point.refresh_from_db()
    return charge_point


@operation
def edit_charge_point(
    *,
    actor: Actor,
    charge_point: ChargePoint,
    values: Mapping[str, Any],
    connector_type_ids: Sequence[int] | None = None,
    at: datetime,
) -> ChargePoint:
    """
    Change what is named in `values` (also `site`, `model` and the price groups, as rows); the row is locked, the last writer of a column wins.

    :raises Invalid: with a message per field.
    :raises Deleted: if the charge point is.
    """
    charge_point = locked(charge_point)
    refuse_if_deleted(charge_point)
    columns = _checked(values, at=at, active_at=charge_point.active_at)
    if "site" in values:
        columns["site"] = _own_site(values["site"], charge_point.team)
    if "model" in values:
        columns["model"] = values["model"]
    columns |= _own_groups(values, charge_point)
    for name, value in columns.items():
        setattr(charge_point, name, value)
    charge_point.save(update_fields=[*columns])
    if connector_type_ids is not None:
        charge_point.connectors.all().delete()
        _set_connectors(charge_point, connector_type_ids)
    if "site" not in values and "address1" in values:
        gather(actor=actor, charge_point=charge_point, at=at)
    return charge_point


@operation
def delete_charge_point(*, actor: Actor, charge_point: ChargePoint, at: datetime) -> None:
    """
    Delete a charge point softly. Its integration ends; a station left without charge points is deleted too and may not connect
    any more. Again: nothing happens. The station is locked before the charge point.

    :raises Objected: while a charge runs, or if another domain still needs it.
    """
    station = locked(charge_point.station) if charge_point.station else None
    charge_point = locked(charge_point)
    if charge_point.deleted_at is not None:
        return
    refuse_if_objected("charge_point", charge_point)
    end_integrations([charge_point.pk], at=at)
    charge_point.deleted_at = at
    charge_point.save(update_fields=["deleted_at"])
    if station and not station.charge_points.filter(deleted_at=None).exists():
        forget_station(station, at=at)


@operation
def set_exempt(*, actor: Actor, charge_point: ChargePoint, is_on: bool, at: datetime) -> None:
    """Leave a charge point out of the uptime, or count it again. Sets a value, so again is the same; the row is locked."""
    charge_point = locked(charge_point)
    refuse_if_deleted(charge_point)
    if (charge_point.exempt_at is not None) != is_on:
        ChargePoint.objects.filter(pk=charge_point.pk).update(exempt_at=at if is_on else None)
        settle_states([charge_point.pk], at=at)


@operation
def transfer_charge_point(*, actor: Actor, charge_point: ChargePoint, team: Team, at: datetime) -> list[int]:
    """
    Hand a charge point to another team of the organisation; the ids of what moved. The door has asked for rights in both.

    A station moves whole: with all its charge points. The site stays behind with the old team, and prices of the old team are
    replaced by the new one's default. Charges keep the scope they were born with. The station, then the charge points,
    are locked in id order; again: nothing happens.

    :raises OtherOrganisation: if the team belongs to another organisation.
    """
    if charge_point.organisation_id != team.organisation_id:
        raise OtherOrganisation(_("A charge point can only move to a team of the same organisation."))
    refuse_if_deleted(team)
    refuse_fleet(team)
    station = locked(charge_point.station) if charge_point.station else None
    together = Q(pk=charge_point.pk) | (Q(station=station) if station else Q())
    rows = list(ChargePoint.objects.filter(together, deleted_at=None).order_by("pk").select_for_update(no_key=True))
    moving = [row for row in rows if row.team_id != team.pk]
    for row in moving:
        _move(row, team)
    if station and moving:
        Station.objects.filter(pk=station.pk).update(organisation_id=team.organisation_id, operator_id=team.operator_id, team=team)
    return [row.pk for row in moving]


@operation
def apply_price_group(
    *, actor: Actor, price_group: PriceGroup, charge_point_ids: Sequence[int] = (), site_ids: Sequence[int] = (), resets_cost: bool = False,
    at: datetime,
) -> int:  # fmt: skip
    """
    Use a price group on charge points and on all charge points of sites; how many carry it now. Rows are locked in id order.
    With `resets_cost`, `reset_cost` follows in the same transaction.

    :raises NotFound: if one of them is not the actor's to change.
    :raises Invalid: if the group's type is none that a charge point carries, or it belongs to another team or operator.
    """
    column = GROUP_COLUMNS.get(PriceGroup.Type(price_group.type))
    if column is None:
        raise Invalid(_("Prices of this type are not set on charge points."), fields={"price_group": _("Choose another price group.")})
    scope = actor.reach_of(Permission.CHARGE_POINT_UPDATE)
    rows = ChargePoint.objects.within(scope).filter(deleted_at=None)
    sites = Site.objects.within(actor.reach_of(Permission.SITE_UPDATE)).filter(deleted_at=None, pk__in=site_ids)
    if rows.filter(pk__in=charge_point_ids).count() != len(set(charge_point_ids)) or sites.count() != len(set(site_ids)):
        raise NotFound(_("There is nothing here with that id."))
    chosen = rows.filter(Q(pk__in=charge_point_ids) | Q(site__in=sites)).order_by("pk").select_for_update(no_key=True)
    found = dict(chosen.values_list("pk", "team_id"))
    if any(not price_group.is_for(team) for team in Team.objects.filter(pk__in=set(found.values()))):
        raise Invalid(_("This price group belongs to another team."), fields={"price_group": _("Choose another price group.")})
    count = ChargePoint.objects.filter(pk__in=list(found)).update(**{column: price_group})
    if resets_cost:
        reset_cost(actor=actor, price_group=price_group, at=at)
    return count


@operation
def reset_cost(*, actor: Actor, price_group: PriceGroup, at: datetime) -> int:
    """
    The charge points that carry a price group track no cost any more; how many did. Only those that the actor may change.

    Sets a value, so again changes nothing; rows are locked in id order.
    """
    rows = ChargePoint.objects.within(actor.reach_of(Permission.CHARGE_POINT_UPDATE)).filter(deleted_at=None, cost_group__isnull=False)
    carriers = rows.filter(Q(price_group=price_group) | Q(roaming_price_group=price_group)).order_by("pk").select_for_update(no_key=True)
    return ChargePoint.objects.filter(pk__in=list(carriers.values_list("pk", flat=True))).update(cost_group=None)


def _move(row: ChargePoint, team: Team) -> None:
    row.organisation_id, row.operator_id, row.team = team.organisation_id, team.operator_id, team
    row.site = None
    defaults = default_groups(team)
    for column in GROUP_COLUMNS.values():
        group: PriceGroup | None = getattr(row, column)
        if group and not group.is_for(team):
            setattr(row, column, defaults.get(column))
    row.save(update_fields=["organisation_id", "operator_id", "team", "site", *GROUP_COLUMNS.values()])


def _checked(values: Mapping[str, Any], *, at: datetime, active_at: datetime | None = None) -> dict[str, Any]:
    checks = Checks()
    columns = checked_place(values, checks) | {name: bool(values[name]) for name in _FLAGS if name in values}
    if "type" in values:
        columns["type"] = one_of("type", values["type"], ChargePoint.Type.values, checks)
    if "max_w" in values:
        columns["max_w"] = values["max_w"]
        if not isinstance(values["max_w"], int) or not 0 < values["max_w"] <= _MOST_W:
            checks.fail("max_w", _("Enter the power in kW, more than 0 and at most 10,000."))
    if "meter_id" in values:
        columns["meter_id"] = checks.text("meter_id", values["meter_id"], limit=60, is_required=False) or None
    if "reservation_minutes" in values:
        columns["reservation_minutes"] = values["reservation_minutes"]
        if values["reservation_minutes"] is not None and not 1 <= values["reservation_minutes"] <= 1440:
            checks.fail("reservation_minutes", _("Enter minutes from 1 to 1,440."))
    if "is_active" in values:
        columns["active_at"] = (active_at or at) if values["is_active"] else None
    checks.finish()
    return columns


def _own_site(site: Site | None, team: Team) -> Site | None:
    if site is not None and (site.team_id != team.pk or site.deleted_at is not None):
        raise Invalid(_("This site belongs to another team."), fields={"site": _("Choose a site of the same team.")})
    return site


def _own_groups(values: Mapping[str, Any], charge_point: ChargePoint) -> dict[str, PriceGroup | None]:
    """The price groups among the values; one that it has already may stay, whatever became of the group."""
    given = {column: values[column] for column in GROUP_COLUMNS.values() if column in values}
    types = {column: type for type, column in GROUP_COLUMNS.items()}
    for column, group in given.items():
        if group is None or group.pk == getattr(charge_point, f"{column}_id"):
            continue
        if group.deleted_at or group.type != types[column] or not group.is_for(charge_point.team):
            raise Invalid(_("This price group cannot be used here."), fields={column: _("Choose another price group.")})
    return given


def _set_connectors(charge_point: ChargePoint, type_ids: Sequence[int]) -> None:
    known = set(ConnectorType.objects.filter(pk__in=type_ids).values_list("pk", flat=True))
    if unknown := [id for id in type_ids if id not in known]:
        raise Invalid(_("There is no such connector."), fields={"connectors": _("Choose from the list.")}, ids=unknown)
    Connector.objects.bulk_create(
        Connector(charge_point=charge_point, connector_type_id=id, ordinal=ordinal, max_w=charge_point.max_w)
        for ordinal, id in enumerate(type_ids, start=1)
    )


def _country_code(site: Site | None, team: Team) -> str:
    country = (site.country if site else None) or team.country or team.operator.country
    return country.alpha2 if country else "XX"


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('network_chargepoint', 'id'))")
        (id,) = cursor.fetchone()
    return int(id)
