"""What billing announces. Reactions are listed in `project/wiring.py`."""

from dataclasses import dataclass
from typing import ClassVar

from forecourt.kit.events import Event


@dataclass(frozen=True, slots=True)
class ChargeSettled(Event):
    """A charge has its final price and its money has moved. Announced once per charge."""

    kind: ClassVar[str] = "billing.charge_settled"
    charge_id: int
