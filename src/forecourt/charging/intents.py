"""
What stations report about charges, in our own words: 1.6 StartTransaction, MeterValues and StopTransaction, and 2.0.1
TransactionEvent, lead to the same intents. Each succeeds or fails alone.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class AuthStatus(StrEnum):
    """OCPP 1.6 AuthorizationStatus."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sampled value, in OCPP's words, defaults filled in. `value` is the text as sent (signed data: the whole of it)."""

    value: str
    measurand: str = "Energy.Active.Import.Register"
    unit: str = "Wh"
    context: str = "Sample.Periodic"
    phase: str | None = None
    location: str = "Outlet"
    format: str = "Raw"


@dataclass(frozen=True, slots=True)
class Reading:
    """Samples of one moment, the station's time."""

    at: datetime
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class AuthorizeIntent:
    station_id: int
    id_tag: str


@dataclass(frozen=True, slots=True)
class StartIntent:
    """`transaction_id` is the station's own in 2.0.1; None in 1.6, where the answer carries ours."""

    station_id: int
    number: int
    id_tag: str
    at: datetime
    meter_wh: int
    reservation_id: int | None = None
    transaction_id: str | None = None


class MeterIntent(NamedTuple):
    """Readings of one charge point (`number` 0: of the station's main meter), with or without a transaction."""

    station_id: int
    number: int
    transaction_id: str | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class StopIntent:
    station_id: int
    transaction_id: str
    at: datetime
    meter_wh: int
    reason: str  # OCPP 1.6 Reason; "Local" where the station gave none
    id_tag: str | None = None
    readings: tuple[Reading, ...] = ()


class Outcome(NamedTuple):
    """
    What became of one intent. `status` answers the id tag (None where there was none); `transaction_id` a start.

    `refused` is a short reason where nothing was stored (another station's transaction, a charge point that does not exist).
    """

    status: AuthStatus | None = None
    transaction_id: str | None = None
    charge_id: int | None = None
    refused: str | None = None
