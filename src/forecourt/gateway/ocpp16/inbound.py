"""Calls of stations: decoded, translated to intents, carried out many at a time, answered."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from forecourt.charging import intents as charging_intents
from forecourt.charging import operations as charging
from forecourt.gateway.calls import Call
from forecourt.gateway.config import CONFIG
from forecourt.gateway.frames import Code, Fault, MalformedJson
from forecourt.gateway.ocpp16 import messages
from forecourt.gateway.ocpp16.checks import KNOWN_ACTIONS, decode_slowly
from forecourt.gateway.stamps import stamp
from forecourt.network import operations as network
from forecourt.network.intents import BootIntent, StatusIntent

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)  # OCPP 1.6 was published in 2015: an older moment is a clock that was never set
NOTHING = b"{}"

_MESSAGES = {message.__name__: message for message in messages.MESSAGES}
_DECODERS = {name: msgspec.json.Decoder(message).decode for name, message in _MESSAGES.items()}


def decode(action: str, raw: msgspec.Raw, latest: datetime) -> messages.Message:
    """
    The payload of a call.

    :param latest: a later moment cannot be true.
    :raises Fault: with the exact code; nothing is stored then.
    """
    decoder = _DECODERS.get(action)
    if decoder is None:
        if action in KNOWN_ACTIONS:
            raise Fault(Code.NOT_SUPPORTED, f"{action} is not something that a station may ask of us.")
        raise Fault(Code.NOT_IMPLEMENTED, f"There is no action {action[:40]}.")
    try:
        payload = decoder(raw)
    except MalformedJson:
        payload = decode_slowly(bytes(raw), _MESSAGES[action])
    if (moments := _MOMENTS.get(action)) is not None:
        for at in moments(payload):
            if not EARLIEST <= at <= latest:
                raise Fault(Code.FORMATION, f"The moment {at.isoformat()} is impossible.")
    return payload


def number_of(payload: Any) -> int | None:
    """The connector that a payload names, for the log."""
    return getattr(payload, "connector_id", None)


def is_lasting(action: str, payload: Any) -> bool:
    """
    Whether a message carries its own moment, so that it is the same event over whatever connection it comes again. The others
    (a boot, an authorisation, a state without a time) are new wherever the connection is: stations number from 1 at each boot.
    """
    return action in _DATED or (action == "StatusNotification" and payload.timestamp is not None)


_DATED = frozenset({"MeterValues", "StartTransaction", "StopTransaction"})
_MOMENTS: dict[str, Callable[[Any], Sequence[datetime]]] = {
    "MeterValues": lambda payload: [value.at for value in payload.meter_value],
    "StartTransaction": lambda payload: [payload.timestamp],
    "StatusNotification": lambda payload: [payload.timestamp] if payload.timestamp else [],
    "StopTransaction": lambda payload: [payload.timestamp, *(value.at for value in payload.transaction_data)],
}

# Heartbeats change nothing that is kept: when a station was last heard is written for many at once, every few seconds.
AT_ONCE = {"Heartbeat": lambda now: b'{"currentTime":"%b"}' % now.encode()}
IN_TURN = frozenset({"StartTransaction"})


def apply(calls: Sequence[Call], recorded_at: datetime) -> None:
    """
    Carry out calls of many stations, one of each, and set their answers. Inside the caller's transaction.

    Kinds are applied one after the other; a station has one call in a batch, so its order is kept.
    """
    by_action: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_action[call.action].append(call)
    for action, some in by_action.items():
        _APPLY.get(action, _accept)(some, recorded_at)


def _accept(calls: list[Call], recorded_at: datetime) -> None:
    """Nothing but the log keeps it (FirmwareStatusNotification, DiagnosticsStatusNotification)."""
    for call in calls:
        call.answer = NOTHING


def _data_transfer(calls: list[Call], recorded_at: datetime) -> None:
    for call in calls:
        call.answer = b'{"status":"UnknownVendorId"}'


def _boot(calls: list[Call], recorded_at: datetime) -> None:
    network.record_boots([_boot_intent(call, recorded_at) for call in calls])
    now = stamp(int(recorded_at.timestamp() * 1000)).encode()
    for call in calls:
        call.answer = b'{"currentTime":"%b","interval":%d,"status":"Accepted"}' % (now, CONFIG.heartbeat_interval_s)


def _boot_intent(call: Call, at: datetime) -> BootIntent:
    boot: messages.BootNotification = call.payload
    return BootIntent(
        station_id=call.station_id,
        at=at,
        vendor=boot.charge_point_vendor,
        model=boot.charge_point_model,
        serial_number=boot.charge_point_serial_number or boot.charge_box_serial_number,
        firmware_version=boot.firmware_version,
        iccid=boot.iccid,
        imsi=boot.imsi,
    )


def _status(calls: list[Call], recorded_at: datetime) -> None:
    intents = [_status_intent(call.station_id, call.payload, recorded_at) for call in calls]
    changes = network.record_statuses(intents, recorded_at=recorded_at)
    if changes:
        charging.follow_statuses(changes, recorded_at=recorded_at)
    for call in calls:
        call.answer = NOTHING


def _status_intent(station_id: int, status: messages.StatusNotification, recorded_at: datetime) -> StatusIntent:
    return StatusIntent(
        station_id,
        status.connector_id,
        status.status,
        status.error_code,
        status.timestamp or recorded_at,
        status.info,
        status.vendor_error_code,
    )


def _authorize(calls: list[Call], recorded_at: datetime) -> None:
    intents = [charging_intents.AuthorizeIntent(call.station_id, call.payload.id_tag) for call in calls]
    for call, outcome in zip(calls, charging.authorize(intents, recorded_at=recorded_at), strict=True):
        call.answer = b'{"idTagInfo":%b}' % _tag_info(outcome)


def _start(calls: list[Call], recorded_at: datetime) -> None:
    intents = [_start_intent(call.station_id, call.payload) for call in calls]
    for call, outcome in zip(calls, charging.start_charges(intents, recorded_at=recorded_at), strict=True):
        call.answer = b'{"idTagInfo":%b,"transactionId":%d}' % (_tag_info(outcome), int(outcome.transaction_id or 0))


def _start_intent(station_id: int, start: messages.StartTransaction) -> charging_intents.StartIntent:
    return charging_intents.StartIntent(
        station_id, start.connector_id, start.id_tag, start.timestamp, start.meter_start, start.reservation_id
    )  # fmt: skip


def _meter_values(calls: list[Call], recorded_at: datetime) -> None:
    charging.record_meters([_meter_intent(call.station_id, call.payload) for call in calls], recorded_at=recorded_at)
    for call in calls:
        call.answer = NOTHING


def _meter_intent(station_id: int, meter: messages.MeterValues) -> charging_intents.MeterIntent:
    transaction_id = None if meter.transaction_id is None else str(meter.transaction_id)
    return charging_intents.MeterIntent(station_id, meter.connector_id, transaction_id, _readings(meter.meter_value))


def _stop(calls: list[Call], recorded_at: datetime) -> None:
    intents = [_stop_intent(call.station_id, call.payload) for call in calls]
    for call, outcome in zip(calls, charging.stop_charges(intents, recorded_at=recorded_at), strict=True):
        call.answer = NOTHING if outcome.status is None else b'{"idTagInfo":%b}' % _tag_info(outcome)


def _stop_intent(station_id: int, stop: messages.StopTransaction) -> charging_intents.StopIntent:
    return charging_intents.StopIntent(
        station_id,
        str(stop.transaction_id),
        stop.timestamp,
        stop.meter_stop,
        stop.reason,
        stop.id_tag,
        _readings(stop.transaction_data),
    )


def _readings(values: tuple[messages.MeterValue, ...]) -> tuple[charging_intents.Reading, ...]:
    """The decoded values are readings in all but name."""
    return cast("tuple[charging_intents.Reading, ...]", values)


def _tag_info(outcome: charging_intents.Outcome) -> bytes:
    """Deny by default: an outcome without a status is Invalid."""
    return _TAG_INFOS[outcome.status or charging_intents.AuthStatus.INVALID]


_TAG_INFOS = {status: b'{"status":"%b"}' % status.value.encode() for status in charging_intents.AuthStatus}
_APPLY: dict[str, Callable[[list[Call], datetime], None]] = {
    "Authorize": _authorize,
    "BootNotification": _boot,
    "DataTransfer": _data_transfer,
    "MeterValues": _meter_values,
    "StartTransaction": _start,
    "StatusNotification": _status,
    "StopTransaction": _stop,
}
