"""What a station answers to the central system's calls: the Core profile and Remote Trigger of OCPP 1.6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from simulator.connection import After, Answer
from simulator.protocol import CallError, Payload

if TYPE_CHECKING:
    from simulator.connector import Connector
    from simulator.station import Station

ACCEPTED: Payload = {"status": "Accepted"}
REJECTED: Payload = {"status": "Rejected"}


class Nothing(msgspec.Struct):
    pass


class RemoteStart(msgspec.Struct, rename="camel"):
    id_tag: str
    connector_id: int | None = None


class RemoteStop(msgspec.Struct, rename="camel"):
    transaction_id: int


class Reset(msgspec.Struct):
    type: Literal["Hard", "Soft"]


class Unlock(msgspec.Struct, rename="camel"):
    connector_id: int


class ChangeAvailability(msgspec.Struct, rename="camel"):
    connector_id: int
    type: Literal["Operative", "Inoperative"]


class GetConfiguration(msgspec.Struct):
    key: list[str] = []


class ChangeConfiguration(msgspec.Struct):
    key: str
    value: str


class DataTransfer(msgspec.Struct, rename="camel"):
    vendor_id: str


class Trigger(msgspec.Struct, rename="camel"):
    requested_message: str
    connector_id: int | None = None


class Commands:
    def __init__(self, station: Station) -> None:
        self._station = station
        self._answers: dict[str, tuple[type[msgspec.Struct], Any]] = {
            "RemoteStartTransaction": (RemoteStart, self._remote_start),
            "RemoteStopTransaction": (RemoteStop, self._remote_stop),
            "Reset": (Reset, self._reset),
            "UnlockConnector": (Unlock, self._unlock),
            "ChangeAvailability": (ChangeAvailability, self._change_availability),
            "GetConfiguration": (GetConfiguration, self._get_configuration),
            "ChangeConfiguration": (ChangeConfiguration, self._change_configuration),
            "ClearCache": (Nothing, self._clear_cache),
            "DataTransfer": (DataTransfer, self._data_transfer),
            "TriggerMessage": (Trigger, self._trigger),
        }

    def answer(self, action: str, payload: Payload) -> Answer:
        """:raises CallError: NotImplemented for an unknown action, FormationViolation for a payload that is not its own."""
        if action not in self._answers:
            raise CallError("NotImplemented", f"{action} is not known here")
        shape, respond = self._answers[action]
        try:
            request = msgspec.convert(payload, shape)
        except msgspec.ValidationError as error:
            raise CallError("FormationViolation", str(error)) from error
        answer: Answer = respond(request)
        return answer

    def _remote_start(self, request: RemoteStart) -> Answer:
        """A driver who stands there starts at once; otherwise one comes to a free connector with that tag."""
        wanted = [c for c in self._station.connectors.values() if request.connector_id in (None, c.number)]
        waiting = next((connector for connector in wanted if connector.awaits_start), None)
        if waiting is not None:
            return ACCEPTED, lambda: waiting.start_remotely(request.id_tag)
        free = next((connector for connector in wanted if connector.is_free), None)
        if free is None:
            return REJECTED, None
        return ACCEPTED, lambda: self._station.receive_remotely(free, request.id_tag)

    def _remote_stop(self, request: RemoteStop) -> Answer:
        running = (connector.session for connector in self._station.connectors.values() if connector.session is not None)
        session = next((session for session in running if session.transaction_id == request.transaction_id), None)
        return (REJECTED, None) if session is None else (ACCEPTED, lambda: session.stop("Remote"))

    def _reset(self, request: Reset) -> Answer:
        return ACCEPTED, lambda: self._station.spawn(self._station.reset(request.type))

    def _unlock(self, request: Unlock) -> Answer:
        connector = self._station.connectors.get(request.connector_id)
        if connector is None:
            return {"status": "NotSupported"}, None
        session = connector.session
        return {"status": "Unlocked"}, (lambda: session.stop("UnlockCommand")) if session is not None else None

    def _change_availability(self, request: ChangeAvailability) -> Answer:
        station, is_operative = self._station, request.type == "Operative"
        if request.connector_id == 0:
            station.is_operative = is_operative
            station.outbox.notice("StatusNotification", station.status_payload())
            answers = [connector.set_operative(is_operative) for connector in station.connectors.values()]
            return {"status": "Scheduled" if "Scheduled" in answers else "Accepted"}, None
        if request.connector_id not in station.connectors:
            return REJECTED, None
        return {"status": station.connectors[request.connector_id].set_operative(is_operative)}, None

    def _get_configuration(self, request: GetConfiguration) -> Answer:
        return self._station.configuration.report(request.key), None

    def _change_configuration(self, request: ChangeConfiguration) -> Answer:
        return {"status": self._station.configuration.change(request.key, request.value)}, None

    def _clear_cache(self, request: Nothing) -> Answer:
        self._station.known_tags.clear()
        return ACCEPTED, None

    def _data_transfer(self, request: DataTransfer) -> Answer:
        return {"status": "UnknownVendorId"}, None

    def _trigger(self, request: Trigger) -> Answer:
        """The message asked for follows the answer (OCPP 1.6, 5.17)."""
        connectors = [c for c in self._station.connectors.values() if request.connector_id in (None, 0, c.number)]
        if not connectors:
            return REJECTED, None
        send = self._triggered(request.requested_message, connectors, whole_station=not request.connector_id)
        return (ACCEPTED, send) if send is not None else ({"status": "NotImplemented"}, None)

    def _triggered(self, action: str, connectors: list[Connector], *, whole_station: bool) -> After | None:
        station, outbox = self._station, self._station.outbox

        def send_statuses() -> None:
            if whole_station:
                outbox.notice(action, station.status_payload())
            for connector in connectors:
                outbox.notice(action, connector.status_payload())

        def send_meters() -> None:
            for connector in connectors:
                connector.report_meter()

        return {
            "BootNotification": lambda: outbox.notice(action, station.boot_payload()),
            "Heartbeat": lambda: outbox.notice(action, {}),
            "StatusNotification": send_statuses,
            "MeterValues": send_meters,
            "DiagnosticsStatusNotification": lambda: outbox.notice(action, {"status": "Idle"}),
            "FirmwareStatusNotification": lambda: outbox.notice(action, {"status": "Idle"}),
        }.get(action)
