"""Charge points (partner API §11.2)."""

from typing import Any

from django.db import transaction
from ninja import Query, Router

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import page_of
from forecourt.api.rows import Pure, Where
from forecourt.api.shapes import Id, Page, changes
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.network import operations
from forecourt.network.api.places import box, is_own, nearest, or_published
from forecourt.network.api.point_rows import (
    LATITUDE,
    LONGITUDE,
    PARTNER_STATES,
    POINTS,
    PUBLIC_API_STATES,
    charge_point_json,
    public_api_json,
    public_fields,
)
from forecourt.network.api.point_shapes import ChargePointIn, ChargePointOut, ChargePointPatch, ChargePointQuery, PublicChargePointOut
from forecourt.network.models import ChargePoint, Model, Site
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team

router = Router(tags=["Charge points"])
READ = "charge-points:read"
CLEARABLE = {"connector_ids", "note", "partner_external_id", "partner_custom_payload"}
ON_MAP = "r.show_on_map AND r.active_at IS NOT NULL"


def one_point(request: ApiRequest, id: int) -> dict[str, Any]:
    row = POINTS.one(request.actor.scope(Permission.CHARGE_POINT_READ), id)
    return public_api_json(row) if request.consumer.is_public else charge_point_json(row)


def fetched_point(request: ApiRequest, id: int, needs: Permission) -> ChargePoint:
    point: ChargePoint = fetch(ChargePoint.objects.select_related("station", "team"), actor=request.actor, id=id, needs=needs)
    return point


@endpoint(
    router, "GET", "/charge-points", "get-charge-points", returns=Page[ChargePointOut] | Page[PublicChargePointOut], scope=READ, org=True,
    public=True,
)  # fmt: skip
def get_charge_points(request: ApiRequest, query: Query[ChargePointQuery]) -> dict[str, Any]:
    """
    List charge points.

    `boundingBox` is minLat,minLon,maxLat,maxLon; `sortByLocation` is lat,lon, nearest first. `includePublic` adds other
    operators' public ones, with public fields only (version v2).
    """
    scope = request.consumer.within(query.operator_id).scope(Permission.CHARGE_POINT_READ)
    where = Where().equals("site_id", query.site_id).equals("team_id", query.team_id).since("updated_at", query.from_updated_date)
    where.shown_state(query.state, PUBLIC_API_STATES if request.consumer.is_public else PARTNER_STATES)
    where.external_id(query.partner_external_id).living(query.include_deleted)
    box(where, query.bounding_box, LATITUDE, LONGITUDE)
    listing, reached = nearest(POINTS, query.sort_by_location, LATITUDE, LONGITUDE), scope
    if request.consumer.is_public:
        return page_of(listing, Pure(public_api_json, "public"), scope, where, query)
    if query.include_public and request.is_v2:
        reached, where = or_published(scope, where, ON_MAP)
        return page_of(listing, lambda row: _seen_by(scope, row), reached, where, query)
    return page_of(listing, Pure(charge_point_json), scope, where, query)


def _seen_by(scope: Any, row: Any) -> dict[str, Any]:
    return charge_point_json(row) if is_own(row, scope) else public_fields(charge_point_json(row))


@endpoint(router, "POST", "/charge-points", "post-charge-point", returns=ChargePointOut, status=201, scope="charge-points:write", org=True)
def post_charge_point(request: ApiRequest, body: ChargePointIn) -> dict[str, Any]:
    """Create a charge point. Without `connectorIds` it has its model's connectors."""
    actor, needs = request.actor, Permission.CHARGE_POINT_CREATE
    team: Team = fetch(Team.objects.filter(deleted_at=None), actor=actor, id=body.team_id, needs=needs)
    site: Site = fetch(Site.objects.filter(deleted_at=None), actor=actor, id=body.site_id, needs=Permission.SITE_READ)
    values = _values(body.model_dump(exclude={"team_id", "site_id", "charge_point_model_id", "connector_ids"}, exclude_none=True))
    point = operations.create_charge_point(
        actor=actor, team=team, site=site, model=_model(body.charge_point_model_id), values=values, connector_type_ids=body.connector_ids,
        at=clock.now(),
    )  # fmt: skip
    return one_point(request, point.pk)


@endpoint(
    router, "GET", "/charge-points/{int:charge_point_id}", "get-charge-point", returns=ChargePointOut | PublicChargePointOut, scope=READ,
    org=True, public=True,
)  # fmt: skip
def get_charge_point(request: ApiRequest, charge_point_id: Id) -> dict[str, Any]:
    """Get one charge point."""
    return one_point(request, charge_point_id)


@endpoint(
    router, "PATCH", "/charge-points/{int:charge_point_id}", "patch-charge-point", returns=ChargePointOut, scope="charge-points:write",
    org=True,
)  # fmt: skip
def patch_charge_point(request: ApiRequest, charge_point_id: Id, body: ChargePointPatch) -> dict[str, Any]:
    """Change a charge point; only what is sent. Null clears note, connectors and the partner's own fields."""
    point = fetched_point(request, charge_point_id, Permission.CHARGE_POINT_UPDATE)
    sent = changes(body, clearable=CLEARABLE)
    connectors = (sent.pop("connector_ids") or []) if "connector_ids" in sent else None
    values = _values(sent)
    if "site_id" in values:
        site_id = values.pop("site_id")
        values["site"] = fetch(Site.objects.filter(deleted_at=None), actor=request.actor, id=site_id, needs=Permission.SITE_READ)
    group_id = values.pop("roaming_price_group_id", None)
    at = clock.now()
    with transaction.atomic():
        operations.edit_charge_point(actor=request.actor, charge_point=point, values=values, connector_type_ids=connectors, at=at)
        if group_id is not None:
            group = fetch(
                PriceGroup.objects.filter(deleted_at=None), actor=request.actor, id=group_id, needs=Permission.CHARGE_POINT_UPDATE
            )
            operations.apply_price_group(actor=request.actor, price_group=group, charge_point_ids=[point.pk], at=at)
    return one_point(request, charge_point_id)


@endpoint(
    router, "DELETE", "/charge-points/{int:charge_point_id}", "delete-charge-point", status=204, scope="charge-points:delete", org=True
)  # fmt: skip
def delete_charge_point(request: ApiRequest, charge_point_id: Id) -> None:
    """Delete a charge point."""
    point = fetched_point(request, charge_point_id, Permission.CHARGE_POINT_DELETE)
    operations.delete_charge_point(actor=request.actor, charge_point=point, at=clock.now())


@endpoint(
    router, "POST", "/charge-points/{int:charge_point_id}/reboot", "reboot-charge-point", status=204, scope="charge-points:write", org=True
)  # fmt: skip
def reboot_charge_point(request: ApiRequest, charge_point_id: Id) -> None:
    """Ask the station to restart."""
    point = fetched_point(request, charge_point_id, Permission.CHARGE_POINT_COMMAND)
    operations.reset(actor=request.actor, charge_point=point, at=clock.now())


@endpoint(
    router, "POST", "/charge-points/{int:charge_point_id}/unlock", "unlock-charge-point", status=204, scope="charge-points:write", org=True
)  # fmt: skip
def unlock_charge_point(request: ApiRequest, charge_point_id: Id) -> None:
    """Ask the station to free the cable."""
    point = fetched_point(request, charge_point_id, Permission.CHARGE_POINT_COMMAND)
    operations.unlock(actor=request.actor, charge_point=point, at=clock.now())


def _values(sent: dict[str, Any]) -> dict[str, Any]:
    """The contract's names and units as ours."""
    names = {"active": "is_active", "roaming": "is_roaming"}
    values = {names.get(name, name): value for name, value in sent.items()}
    if "max_kw" in values:
        values["max_w"] = int(values.pop("max_kw") * 1000)
    return values


def _model(id: int) -> Model:
    model = Model.objects.filter(pk=id).first()
    if model is None:
        raise NotFound("There is no such charge point model.")
    return model
