"""Writes of charging: what stations report (batches of intents) and what people ask for."""

from forecourt.charging.operations.authorizing import authorize
from forecourt.charging.operations.batches import REFUSALS, hopefully
from forecourt.charging.operations.deleting import OBJECTIONS
from forecourt.charging.operations.edits import edit_charge
from forecourt.charging.operations.ending import ChargeNotLost, end_charge, end_lost_charges
from forecourt.charging.operations.failing import expire_charges, note_command_answers
from forecourt.charging.operations.limits import stop_at_price_limits
from forecourt.charging.operations.meters import record_meters
from forecourt.charging.operations.requests import (
    ChargeAlreadyStopped,
    ChargeNotStarted,
    ChargePointBusy,
    ChargePointNotConnected,
    ChargePointNotReservable,
    ChargeRefused,
    ChargeStillRunning,
    Extras,
    request_start,
    request_stop,
    reserve,
    restart,
)
from forecourt.charging.operations.settling import Completion, complete_charges, settle_unreleased
from forecourt.charging.operations.starts import start_charges
from forecourt.charging.operations.statuses import follow_statuses
from forecourt.charging.operations.stopping import follow_unstopped
from forecourt.charging.operations.stops import stop_charges
from forecourt.charging.rules.limits import Limits
from forecourt.charging.rules.limits import broken as broken_limits

__all__ = [
    "OBJECTIONS",
    "REFUSALS",
    "ChargeAlreadyStopped",
    "ChargeNotLost",
    "ChargeNotStarted",
    "ChargePointBusy",
    "ChargePointNotConnected",
    "ChargePointNotReservable",
    "ChargeRefused",
    "ChargeStillRunning",
    "Completion",
    "Extras",
    "Limits",
    "authorize",
    "broken_limits",
    "complete_charges",
    "edit_charge",
    "end_charge",
    "end_lost_charges",
    "expire_charges",
    "follow_statuses",
    "follow_unstopped",
    "hopefully",
    "note_command_answers",
    "record_meters",
    "request_start",
    "request_stop",
    "reserve",
    "restart",
    "settle_unreleased",
    "start_charges",
    "stop_at_price_limits",
    "stop_charges",
]
