"""What stations report about themselves, in our own words: the same for every protocol version."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BootIntent:
    """A station has started (1.6 BootNotification, 2.0.1 BootNotification)."""

    station_id: int
    at: datetime
    vendor: str
    model: str
    serial_number: str | None = None
    firmware_version: str | None = None
    iccid: str | None = None
    imsi: str | None = None


@dataclass(frozen=True, slots=True)
class StatusIntent:
    """
    A status of one charge point (`number` ≥ 1) or of the station as a whole (0). `status` and `error_code` are OCPP 1.6 words
    (a 2.0.1 station's are translated); `at` is the station's time, or when we heard where it gave none.
    """

    station_id: int
    number: int
    status: str
    error_code: str
    at: datetime
    info: str | None = None
    vendor_error_code: str | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What a status did to one charge point: handed on to `charging.operations.follow_statuses`."""

    charge_point_id: int
    station_id: int
    number: int
    before: str | None  # OCPP status
    after: str
    error_code: str
    at: datetime
    state: str  # the public state now


@dataclass(frozen=True, slots=True)
class LinkIntent:
    """A socket of a station has opened or closed at a gateway process. `session` grows with every opening."""

    station_id: int
    gateway_id: int
    session: int
    at: datetime
    address: str | None = None


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What became of a command that was sent. `state` is a `Command.State`; `answer` is the station's payload or error."""

    command_id: int
    state: str
    answer: dict[str, object] | None
    at: datetime
