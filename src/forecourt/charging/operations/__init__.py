"""Writes of charging: what stations report (batches of intents) and what people ask for."""

from forecourt.charging.operations.authorizing import authorize
from forecourt.charging.operations.meters import record_meters
from forecourt.charging.operations.settling import Completion, complete_charges, settle_unreleased
from forecourt.charging.operations.starts import start_charges
from forecourt.charging.operations.statuses import follow_statuses
from forecourt.charging.operations.stops import stop_charges

__all__ = [
    "Completion",
    "authorize",
    "complete_charges",
    "follow_statuses",
    "record_meters",
    "settle_unreleased",
    "start_charges",
    "stop_charges",
]
