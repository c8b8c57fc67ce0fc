"""What charging announces. Reactions are listed in `project/wiring.py`."""

from dataclasses import dataclass
from typing import ClassVar

from forecourt.kit.events import Event


@dataclass(frozen=True, slots=True)
class ChargeStarted(Event):
    """A station has started a charge."""

    kind: ClassVar[str] = "charging.charge_started"
    charge_id: int


@dataclass(frozen=True, slots=True)
class ChargeStopped(Event):
    """A charge has stopped: no energy flows any more. Fees may still run on until the cable is released."""

    kind: ClassVar[str] = "charging.charge_stopped"
    charge_id: int


@dataclass(frozen=True, slots=True)
class ChargeReadyToSettle(Event):
    """Everything that a charge is priced by is known, its energy per 300 seconds too. Announced once per charge."""

    kind: ClassVar[str] = "charging.charge_ready_to_settle"
    charge_id: int


@dataclass(frozen=True, slots=True)
class ChargeFailed(Event):
    """A charge that was asked for never started; the reason is on the charge."""

    kind: ClassVar[str] = "charging.charge_failed"
    charge_id: int
