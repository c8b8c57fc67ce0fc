"""Charge point integrations: the pair station and number (partner API §11.4)."""

from typing import Annotated, Any, Literal

from django.db import transaction
from ninja import Query, Router
from pydantic import Field

from forecourt.access import Permission
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.paging import PageQuery, envelope
from forecourt.api.shapes import Id, In, Moment, Out, Page, Text
from forecourt.kit import clock
from forecourt.kit.errors import Invalid, NotFound
from forecourt.network import operations
from forecourt.network.api.charge_points import fetched_point
from forecourt.network.api.point_rows import POINTS, charge_point_json
from forecourt.network.api.point_shapes import ChargePointOut
from forecourt.network.models import ChargePoint, Integration, Model, Station

router = Router(tags=["Charge point integrations"])


class IntegrationOut(Out):
    id: int
    state: Literal["pending", "connected", "disconnected", "error", "unknown"]
    serial_number: str
    charge_point_identity: str
    integration_type_identifier: str
    connector_id: int | None
    charge_point: ChargePointOut
    active_at: Moment | None
    created_at: Moment
    updated_at: Moment | None
    deleted_at: Moment | None


class IntegrationQuery(PageQuery):
    charge_point_id: Id
    include_deleted: bool = False


class IntegrationIn(In):
    """`serialNumber` is the station's serial number or OCPP identity."""

    charge_point_id: Id
    charge_point_model_id: Id
    serial_number: Text
    connector_id: Annotated[int, Field(gt=0, le=32767)] | None = None
    auto_connect: bool | None = True


def _json(request: ApiRequest, row: Integration) -> dict[str, Any]:
    point = POINTS.one(request.actor.scope(Permission.CHARGE_POINT_READ), row.charge_point_id)
    return {
        "id": row.pk,
        "state": _state(row),
        "serialNumber": row.station.serial_number or row.station.identity,
        "chargePointIdentity": row.station.identity,
        "integrationTypeIdentifier": "ocpp",
        "connectorId": row.number,
        "chargePoint": charge_point_json(point),
        "activeAt": row.active_at,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "deletedAt": row.deleted_at,
    }


def _state(row: Integration) -> str:
    if _is_connected(row.station):
        return "error" if row.charge_point.state == "error" and row.deleted_at is None else "connected"
    return "disconnected" if row.active_at or row.station.booted_at else "pending"


def _is_connected(station: Station) -> bool:
    link = getattr(station, "link", None)
    return link is not None and link.gateway_id is not None


def _rows() -> Any:
    return Integration.objects.select_related("station__link", "charge_point")


def _found(request: ApiRequest, id: int, needs: Permission) -> Integration:
    row: Integration | None = _rows().filter(pk=id).first()
    if row is None:
        raise NotFound("There is nothing here with that id.")
    fetched_point(request, row.charge_point_id, needs)
    return row


@endpoint(
    router, "GET", "/charge-point-integrations", "get-charge-point-integrations", returns=Page[IntegrationOut], scope="charge-points:read"
)  # fmt: skip
def get_integrations(request: ApiRequest, query: Query[IntegrationQuery]) -> dict[str, Any]:
    """List what a charge point is connected by."""
    point: ChargePoint = fetched_point(request, query.charge_point_id, Permission.CHARGE_POINT_READ)
    rows = _rows().filter(charge_point=point).order_by("-id")
    rows = rows if query.include_deleted else rows.filter(deleted_at=None)
    page = rows[query.offset : query.offset + query.per_page]
    return envelope([_json(request, row) for row in page], query, rows.count())


@endpoint(
    router, "PUT", "/charge-point-integrations", "post-or-put-charge-point-integration", returns=IntegrationOut, scope="charge-points:write"
)  # fmt: skip
def put_integration(request: ApiRequest, body: IntegrationIn) -> dict[str, Any]:
    """
    Connect a charge point to a station; what it was connected by before ends.

    `autoConnect` needs the station's live connection; with `false` the integration waits for it, and an unknown station is made. Its
    password is never part of an answer: “New station password” on the station's page in the portal shows one.
    """
    point = fetched_point(request, body.charge_point_id, Permission.CHARGE_POINT_UPDATE)
    model = Model.objects.filter(pk=body.charge_point_model_id).first()
    if model is None:
        raise NotFound("There is no such charge point model.")
    at = clock.now()
    with transaction.atomic():
        station = _station(request, point, model, body, at)
        made = operations.connect_charge_point(
            actor=request.actor, charge_point=point, station=station, number=body.connector_id or 1, at=at
        )
        operations.edit_charge_point(actor=request.actor, charge_point=point, values={"model": model}, at=at)
    return _json(request, _rows().get(pk=made.pk))


def _station(request: ApiRequest, point: ChargePoint, model: Model, body: IntegrationIn, at: Any) -> Station:
    """:raises Invalid: if a live connection is needed and there is none."""
    living = Station.objects.within(request.actor.scope(Permission.CHARGE_POINT_UPDATE)).filter(deleted_at=None).select_related("link")
    station: Station | None = (
        living.filter(identity=body.serial_number).first() or living.filter(serial_number=body.serial_number, team=point.team).first()
    )
    if body.auto_connect is not False and (station is None or not _is_connected(station)):
        says = "No station with this serial number or identity is connected."
        raise Invalid(says, fields={"serialNumber": says})
    if station is not None:
        return station
    identity, serial = body.serial_number, body.serial_number
    new = operations.create_station(actor=request.actor, team=point.team, identity=identity, model=model, serial_number=serial, at=at)
    return new.station


@endpoint(
    router, "GET", "/charge-point-integrations/{int:integration_id}", "get-charge-point-integration", returns=IntegrationOut,
    scope="charge-points:read",
)  # fmt: skip
def get_integration(request: ApiRequest, integration_id: Id) -> dict[str, Any]:
    """Get one integration."""
    return _json(request, _found(request, integration_id, Permission.CHARGE_POINT_READ))


@endpoint(
    router, "DELETE", "/charge-point-integrations/{int:integration_id}", "delete-charge-point-integration", status=204,
    scope="charge-points:delete",
)  # fmt: skip
def delete_integration(request: ApiRequest, integration_id: Id) -> None:
    """End an integration."""
    row = _found(request, integration_id, Permission.CHARGE_POINT_DELETE)
    if row.deleted_at is None:
        point = fetched_point(request, row.charge_point_id, Permission.CHARGE_POINT_DELETE)
        operations.disconnect_charge_point(actor=request.actor, charge_point=point, at=clock.now())
