"""What people ask of stations, in words of the network: restart, unlock, maintenance, configuration."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.kit.fields import Checks
from forecourt.kit.operations import locked, operation
from forecourt.network.models import ChargePoint, Command, Station
from forecourt.network.operations.commands import NotIntegrated, request_command, withdraw_command
from forecourt.network.operations.deleting import refuse_if_deleted
from forecourt.network.operations.states import settle_states
from forecourt.network.rules import is_secret

A = Command.Action
TRIGGERS = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification")  # OCPP 1.6 §7.32 MessageTrigger
_MOST_KEY, _MOST_VALUE = 50, 500  # OCPP 1.6 §6.5
_MOST_DATA = 5_000  # the standard names no limit


class ResetType(StrEnum):
    """OCPP 1.6 §7.37."""

    SOFT = "soft"
    HARD = "hard"


@operation
def reset(*, actor: Actor, charge_point: ChargePoint, type: ResetType = ResetType.SOFT, at: datetime) -> Command:
    """
    Ask the whole station to restart; asking again while a request is open returns the open one.

    :raises NotIntegrated: if the charge point has no station.
    """
    station = _station(charge_point)
    return request_command(
        actor=actor,
        station=station,
        charge_point=charge_point,
        action=A.RESET,
        payload={"type": type.value},
        key=f"reset:{station.pk}",
        at=at,
    )


@operation
def unlock(*, actor: Actor, charge_point: ChargePoint, at: datetime) -> Command:
    """Ask for the cable to be freed; again while a request is open: the open one. :raises NotIntegrated: without a station."""
    key = f"unlock:{charge_point.pk}"
    return request_command(
        actor=actor, station=_station(charge_point), charge_point=charge_point, action=A.UNLOCK, payload={"number": charge_point.number},
        key=key, at=at,
    )  # fmt: skip


@operation
def clear_cache(*, actor: Actor, charge_point: ChargePoint, at: datetime) -> Command:
    """Ask the station to forget the charge keys it remembers. :raises NotIntegrated: without a station."""
    station = _station(charge_point)
    return request_command(
        actor=actor, station=station, charge_point=charge_point, action=A.CLEAR_CACHE, payload={}, key=f"clear_cache:{station.pk}", at=at
    )


@operation
def trigger(*, actor: Actor, charge_point: ChargePoint, message: str = "StatusNotification", at: datetime) -> Command:
    """
    Ask the station to send a message of this kind now.

    :raises Invalid: for a message that 1.6 cannot be asked for.
    :raises NotIntegrated: without a station.
    """
    checks = Checks()
    if message not in TRIGGERS:
        checks.fail("message", _("Choose one of the list."))
    checks.finish()
    payload: dict[str, object] = {"message": message, "number": charge_point.number}
    return request_command(
        actor=actor, station=_station(charge_point), charge_point=charge_point, action=A.TRIGGER_MESSAGE, payload=payload,
        key=f"trigger:{charge_point.pk}:{message}", at=at,
    )  # fmt: skip


@operation
def set_maintenance(*, actor: Actor, charge_point: ChargePoint, is_on: bool, at: datetime) -> Command | None:
    """
    Take a charge point out of service, or bring it back. It shows at once; a connected station is asked to follow
    (ChangeAvailability), and that command is returned. Sets a value, so again changes nothing; the row is locked.
    """
    charge_point = locked(charge_point)
    refuse_if_deleted(charge_point)
    if (charge_point.maintenance_at is not None) == is_on:
        return None
    ChargePoint.objects.filter(pk=charge_point.pk).update(maintenance_at=at if is_on else None)
    settle_states([charge_point.pk], at=at)
    if charge_point.station is None:
        return None
    return change_availability(actor=actor, charge_point=charge_point, is_available=not is_on, at=at)


@operation
def change_availability(*, actor: Actor, charge_point: ChargePoint, is_available: bool, is_whole: bool = False, at: datetime) -> Command:
    """
    Ask the station to offer a charge point, or all of its own (`is_whole`), or not to. The opposite, if it waits still, is withdrawn.

    Asking again while a request is open returns the open one. Source: OCPP 1.6 §5.2.

    :raises NotIntegrated: without a station.
    """
    station = _station(charge_point)
    words = ("operative", "inoperative") if is_available else ("inoperative", "operative")
    place = f"station:{station.pk}" if is_whole else str(charge_point.pk)
    wanted, opposite = (f"availability:{place}:{word}" for word in words)
    withdraw_command(opposite, at=at)
    payload: dict[str, object] = {"number": 0 if is_whole else charge_point.number, "type": words[0]}
    return request_command(
        actor=actor, station=station, charge_point=charge_point, action=A.CHANGE_AVAILABILITY, payload=payload, key=wanted, at=at
    )


@operation
def repeat_maintenance(station_ids: Collection[int], *, at: datetime) -> None:
    """Stations have started: those of their charge points that are in maintenance are to refuse charges. One open request for each."""
    rows = ChargePoint.objects.filter(station__in=station_ids, deleted_at=None, maintenance_at__isnull=False)
    for charge_point in rows.select_related("station").order_by("pk"):
        change_availability(actor=Actor.system("maintenance"), charge_point=charge_point, is_available=False, at=at)


@operation
def send_data(*, actor: Actor, charge_point: ChargePoint, vendor_id: str, message_id: str = "", text: str = "", at: datetime) -> Command:
    """
    Send a message of the vendor's own (DataTransfer, OCPP 1.6 §4.3 and §6.15). Not keyed: each is its own request, sent in order.

    :raises Invalid: for an empty vendor, or texts that are too long (255, 50 and 5,000 characters).
    :raises NotIntegrated: without a station.
    """
    checks = Checks()
    payload: dict[str, object] = {
        "vendor_id": checks.text("vendor_id", vendor_id, limit=255),
        "message_id": checks.text("message_id", message_id, limit=50, is_required=False),
        "data": checks.text("text", text, limit=_MOST_DATA, is_required=False),
    }
    checks.finish()
    return request_command(
        actor=actor, station=_station(charge_point), charge_point=charge_point, action=A.DATA_TRANSFER, payload=payload, at=at
    )


@operation
def read_configuration(*, actor: Actor, station: Station, keys: Sequence[str] = (), at: datetime) -> Command:
    """Ask a station for its OCPP configuration (all keys unless some are named); the answer is kept with the station."""
    key = f"configuration:{station.pk}:{','.join(sorted(keys))}"[:80]
    return request_command(
        actor=actor, station=station, charge_point=None, action=A.GET_CONFIGURATION, payload={"keys": list(keys)}, key=key, at=at
    )


@operation
def change_configuration(*, actor: Actor, station: Station, key: str, value: str, at: datetime) -> Command:
    """
    Ask a station to set one key. Not keyed: each change is its own request, sent in order.

    :raises Invalid: for an empty key, a key above 50 or a value above 500 characters (OCPP 1.6 §6.5), a key known to be read-only, or
        the station's password: it would be readable by everybody who may see what was asked.
    """
    checks = Checks()
    name = checks.text("key", key, limit=_MOST_KEY)
    if len(value) > _MOST_VALUE:
        checks.fail("value", _("Use at most %(limit)s characters.") % {"limit": _MOST_VALUE})
    if is_secret(name):
        checks.fail("key", _("A station's password is changed with “New station password”, never here."))
    if (station.configuration or {}).get(name, {}).get("readonly"):
        checks.fail("key", _("The station says that this key is read-only."))
    checks.finish()
    payload: dict[str, object] = {"key": name, "value": value}
    return request_command(actor=actor, station=station, charge_point=None, action=A.CHANGE_CONFIGURATION, payload=payload, at=at)


def _station(charge_point: ChargePoint) -> Station:
    refuse_if_deleted(charge_point)
    if charge_point.station is None:
        raise NotIntegrated(_("This charge point is not connected to a station."))
    return charge_point.station
