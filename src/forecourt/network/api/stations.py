"""What is asked of a station by its OCPP identity: its configuration (partner API §11.2)."""

from typing import Annotated, Any

from ninja import Router
from pydantic import StringConstraints

from forecourt.access import Permission, fetch
from forecourt.api.endpoint import ApiRequest, endpoint
from forecourt.api.shapes import In, Out, Text
from forecourt.kit import clock
from forecourt.kit.errors import NotFound
from forecourt.network import operations
from forecourt.network.models import Station

router = Router(tags=["Charge points"])


class ConfigurationKey(Out):
    key: str
    value: str | None
    readonly: bool


class ConfigurationIn(In):
    """`store` says that the value shall outlive a restart; OCPP 1.6 stations always keep it."""

    key: Text
    value: Annotated[str, StringConstraints(max_length=500)] | None = None
    store: bool = True


def _station(request: ApiRequest, identity: str, needs: Permission) -> Station:
    """:raises NotFound: if no living station in reach has this identity."""
    id = Station.objects.filter(identity=identity, deleted_at=None).values_list("pk", flat=True).first()
    if id is None:
        raise NotFound("There is no such charge point.")
    station: Station = fetch(Station.objects, actor=request.actor, id=id, needs=needs)
    return station


@endpoint(
    router, "GET", "/charge-points/{str:identity}/ocpp-config", "get-ocpp-config", returns=list[ConfigurationKey], scope="ocpp-config:read"
)  # fmt: skip
def get_ocpp_config(request: ApiRequest, identity: str) -> list[dict[str, Any]]:
    """
    Get the OCPP configuration that the station last told, and ask it again.

    A bare array; empty until the station has answered for the first time.
    """
    station = _station(request, identity, Permission.CHARGE_POINT_READ)
    operations.read_configuration(actor=request.actor, station=station, at=clock.now())
    known = station.configuration or {}
    return [{"key": key, "value": entry.get("value"), "readonly": bool(entry.get("readonly"))} for key, entry in sorted(known.items())]


@endpoint(router, "POST", "/charge-points/{str:identity}/ocpp-config", "create-ocpp-config", scope="ocpp-config:write")
def post_ocpp_config(request: ApiRequest, identity: str, body: ConfigurationIn) -> None:
    """Ask the station to set one configuration key."""
    station = _station(request, identity, Permission.CHARGE_POINT_CONFIGURE)
    operations.change_configuration(actor=request.actor, station=station, key=body.key, value=body.value or "", at=clock.now())
