"""
What stations send, as fast decoders. A message that does not pass here is judged by the standard's schema (`checks`).

Field lengths and words are those of the OCPP 1.6 JSON schemas; ranges, which those do not name, are ours: what fits the
columns. Source: OCPP 1.6 edition 2, sections 6 and 7.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

LARGEST_METER_WH = 10**12
LARGEST_INT32 = 2**31 - 1

Text20 = Annotated[str, Meta(max_length=20)]
Text25 = Annotated[str, Meta(max_length=25)]
Text50 = Annotated[str, Meta(max_length=50)]
Text255 = Annotated[str, Meta(max_length=255)]
Moment = Annotated[datetime, Meta(tz=True)]
ConnectorOrStation = Annotated[int, Meta(ge=0, le=32_767)]
Connector = Annotated[int, Meta(ge=1, le=32_767)]
MeterWh = Annotated[int, Meta(ge=-LARGEST_METER_WH, le=LARGEST_METER_WH)]
TransactionId = Annotated[int, Meta(ge=-LARGEST_INT32 - 1, le=LARGEST_INT32)]

ErrorCode = Literal[
    "ConnectorLockFailure", "EVCommunicationError", "GroundFailure", "HighTemperature", "InternalError", "LocalListConflict", "NoError",
    "OtherError", "OverCurrentFailure", "PowerMeterFailure", "PowerSwitchFailure", "ReaderFailure", "ResetFailure", "UnderVoltage",
    "OverVoltage", "WeakSignal",
]  # fmt: skip
Status = Literal[
    "Available", "Preparing", "Charging", "SuspendedEVSE", "SuspendedEV", "Finishing", "Reserved", "Unavailable", "Faulted",
]  # fmt: skip
Reason = Literal[
    "EmergencyStop", "EVDisconnected", "HardReset", "Local", "Other", "PowerLoss", "Reboot", "Remote", "SoftReset", "UnlockCommand",
    "DeAuthorized",
]  # fmt: skip
Context = Literal[
    "Interruption.Begin", "Interruption.End", "Sample.Clock", "Sample.Periodic", "Transaction.Begin", "Transaction.End", "Trigger", "Other",
]  # fmt: skip
Measurand = Literal[
    "Energy.Active.Export.Register", "Energy.Active.Import.Register", "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval", "Energy.Active.Import.Interval", "Energy.Reactive.Export.Interval", "Energy.Reactive.Import.Interval",
    "Power.Active.Export", "Power.Active.Import", "Power.Offered", "Power.Reactive.Export", "Power.Reactive.Import", "Power.Factor",
    "Current.Import", "Current.Export", "Current.Offered", "Voltage", "Frequency", "Temperature", "SoC", "RPM",
]  # fmt: skip
Unit = Literal[
    "Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V", "K", "Celcius", "Celsius", "Fahrenheit", "Percent",
    "Hertz",
]  # fmt: skip
Phase = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
Location = Literal["Cable", "EV", "Inlet", "Outlet", "Body"]


class Message(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """The payload of a CALL."""


class SampledValue(Message, omit_defaults=True):
    """Named like `charging.intents.Sample`, and handed on as one: the hot path builds nothing twice, and stores no defaults."""

    value: str
    context: Context = "Sample.Periodic"
    format: Literal["Raw", "SignedData"] = "Raw"
    measurand: Measurand = "Energy.Active.Import.Register"
    phase: Phase | None = None
    location: Location = "Outlet"
    unit: Unit = "Wh"


Samples = Annotated[tuple[SampledValue, ...], Meta(min_length=1)]


class MeterValue(Message):
    """Named like `charging.intents.Reading`, for the same reason."""

    at: Moment = field(name="timestamp")
    samples: Samples = field(name="sampledValue")


class Authorize(Message):
    id_tag: Text20


class BootNotification(Message):
    charge_point_vendor: Text20
    charge_point_model: Text20
    charge_point_serial_number: Text25 | None = None
    charge_box_serial_number: Text25 | None = None
    firmware_version: Text50 | None = None
    iccid: Text20 | None = None
    imsi: Text20 | None = None
    meter_type: Text25 | None = None
    meter_serial_number: Text25 | None = None


class DataTransfer(Message):
    vendor_id: Text255
    message_id: Text50 | None = None
    data: str | None = None


class DiagnosticsStatusNotification(Message):
    status: Literal["Idle", "Uploaded", "UploadFailed", "Uploading"]


class FirmwareStatusNotification(Message):
    status: Literal["Downloaded", "DownloadFailed", "Downloading", "Idle", "InstallationFailed", "Installing", "Installed"]


class Heartbeat(Message):
    pass


class MeterValues(Message):
    connector_id: ConnectorOrStation
    meter_value: Annotated[tuple[MeterValue, ...], Meta(min_length=1)]
    transaction_id: TransactionId | None = None


class StartTransaction(Message):
    connector_id: Connector
    id_tag: Text20
    meter_start: MeterWh
    timestamp: Moment
    reservation_id: TransactionId | None = None


class StatusNotification(Message):
    connector_id: ConnectorOrStation
    error_code: ErrorCode
    status: Status
    timestamp: Moment | None = None
    info: Text50 | None = None
    vendor_id: Text255 | None = None
    vendor_error_code: Text50 | None = None


class StopTransaction(Message):
    meter_stop: MeterWh
    timestamp: Moment
    transaction_id: TransactionId
    id_tag: Text20 | None = None
    reason: Reason = "Local"
    transaction_data: tuple[MeterValue, ...] = ()


MESSAGES: tuple[type[Message], ...] = (
    Authorize, BootNotification, DataTransfer, DiagnosticsStatusNotification, FirmwareStatusNotification, Heartbeat, MeterValues,
    StartTransaction, StatusNotification, StopTransaction,
)  # fmt: skip
