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
class Hold:
    """We hold a charge point for somebody: `held_for` is `reserved` or `scheduled`; None lets it go."""

    charge_point_id: int
    held_for: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class NewCommand:
    """
    A request to a station. `payload` is in our own words; each protocol version translates:

    =====================  ==================================================================
    start                  number (None: any), id_tag
    stop                   transaction_id
    reset                  type: `soft` or `hard`
    unlock                 number
    change_availability    number (0: the whole station), type: `operative` or `inoperative`
    get_configuration      keys: list of names; empty: all
    change_configuration   key, value (text)
    clear_cache            nothing
    trigger_message        message (`StatusNotification`, `BootNotification`, …), number or None
    =====================  ==================================================================

    With a `key`, asking again while one is open is the same request. `requested_by` are an actor's audit claims.
    """

    station_id: int
    charge_point_id: int | None
    action: str
    payload: dict[str, object]
    key: str | None = None
    charge_id: int | None = None
    requested_by: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class DueCommand:
    """A command that the gateway must send now; it is marked as sent already."""

    id: int
    station_id: int
    charge_point_id: int | None
    charge_id: int | None
    action: str
    payload: dict[str, object]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """
    What became of a command. `state` is a `Command.State`; `answer` is the station's payload or error, in OCPP 1.6 words
    (a read configuration: `{"configurationKey": [{"key", "readonly", "value"}], "unknownKey": []}`).
    """

    command_id: int
    state: str
    answer: dict[str, object] | None
    at: datetime
