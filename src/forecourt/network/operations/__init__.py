"""Writes of the network, one noun a file."""

from forecourt.network.operations.commands import (
    NotIntegrated,
    answer_commands,
    expire_commands,
    request_command,
    request_commands,
    settle_unanswered,
    take_commands,
)
from forecourt.network.operations.reports import (
    hold_charge_points,
    link_stations,
    record_boots,
    record_heard,
    record_statuses,
    release_dead_gateways,
    unlink_stations,
)

__all__ = [
    "NotIntegrated",
    "answer_commands",
    "expire_commands",
    "hold_charge_points",
    "link_stations",
    "record_boots",
    "record_heard",
    "record_statuses",
    "release_dead_gateways",
    "request_command",
    "request_commands",
    "settle_unanswered",
    "take_commands",
    "unlink_stations",
]
