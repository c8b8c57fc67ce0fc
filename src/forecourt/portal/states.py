"""
States as people see them: a word, a tone and an icon for every state of every kind, written once.

Colour never stands alone: each badge carries its icon and its word. Charge point states: partner API §11.3, `exempt` from
AFIR; charge states: §11.10; transaction states: spec P2.9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tone(StrEnum):
    """What a colour means, everywhere: see `docs/design.md`."""

    OK = "ok"  # as it should be, nothing to do
    LIVE = "live"  # happening now
    HELD = "held"  # promised to someone or to a time
    WAIT = "wait"  # will go on by itself, or needs a look
    BAD = "bad"  # needs someone
    OFF = "off"  # not taking part


@dataclass(frozen=True, slots=True)
class State:
    word: str | Promise
    tone: Tone
    icon: str


UNKNOWN = State(_("Unknown"), Tone.OFF, "help-circle")

CHARGE_POINT = {
    "available": State(_("Available"), Tone.OK, "circle-check"),
    "busy": State(_("In use"), Tone.LIVE, "plug-connected"),
    "busy-charging": State(_("Charging"), Tone.LIVE, "bolt"),
    "busy-non-charging": State(_("Not charging"), Tone.WAIT, "player-pause"),
    "busy-non-released": State(_("Cable not released"), Tone.WAIT, "plug"),
    "busy-blocked": State(_("Blocked"), Tone.BAD, "ban"),
    "busy-reserved": State(_("Reserved"), Tone.HELD, "lock"),
    "busy-scheduled": State(_("Scheduled"), Tone.HELD, "calendar-time"),
    "error": State(_("Fault"), Tone.BAD, "alert-triangle"),
    "disconnected": State(_("Disconnected"), Tone.BAD, "cloud-off"),
    "maintenance": State(_("Maintenance"), Tone.WAIT, "tools"),
    "passive": State(_("Passive"), Tone.OFF, "plug-off"),
    "exempt": State(_("Exempt"), Tone.OFF, "circle-minus"),
    "other": State(_("Other"), Tone.OFF, "help-circle"),
}

CHARGE = {
    "reserved": State(_("Reserved"), Tone.HELD, "lock"),
    "scheduled": State(_("Scheduled"), Tone.HELD, "calendar-time"),
    "starting": State(_("Starting"), Tone.LIVE, "player-play"),
    "charging": State(_("Charging"), Tone.LIVE, "bolt"),
    "paused": State(_("Paused"), Tone.WAIT, "player-pause"),
    "stopping": State(_("Stopping"), Tone.WAIT, "player-stop"),
    "stopped": State(_("Stopped"), Tone.WAIT, "plug"),
    "releasing": State(_("Releasing"), Tone.WAIT, "lock-open"),
    "released": State(_("Released"), Tone.WAIT, "plug-off"),
    "paying": State(_("Paying"), Tone.WAIT, "credit-card-pay"),
    "completed": State(_("Completed"), Tone.OK, "check"),
    "failed": State(_("Failed"), Tone.BAD, "circle-x"),
    "other": State(_("Other"), Tone.OFF, "help-circle"),
}

CONNECTION = {
    "pending": State(_("Waiting to connect"), Tone.WAIT, "hourglass"),
    "connected": State(_("Connected"), Tone.OK, "plug-connected"),
    "disconnected": State(_("Disconnected"), Tone.BAD, "cloud-off"),
    "error": State(_("Error"), Tone.BAD, "alert-triangle"),
    "unknown": UNKNOWN,
}

COMMAND = {
    "requested": State(_("Requested"), Tone.WAIT, "hourglass"),
    "sent": State(_("Sent"), Tone.LIVE, "send"),
    "accepted": State(_("Accepted"), Tone.OK, "check"),
    "rejected": State(_("Rejected"), Tone.BAD, "circle-x"),
    "failed": State(_("Failed"), Tone.BAD, "alert-triangle"),
    "expired": State(_("Expired"), Tone.OFF, "clock"),
    "outcome-unknown": State(_("Outcome unknown"), Tone.WAIT, "help-circle"),
}

TRANSACTION = {
    "reserved": State(_("Reserved"), Tone.HELD, "lock"),
    "pending": State(_("Pending"), Tone.WAIT, "hourglass"),
    "complete": State(_("Complete"), Tone.OK, "check"),
    "failed": State(_("Failed"), Tone.BAD, "circle-x"),
    "other": State(_("Other"), Tone.OFF, "help-circle"),
}

ACTIVE = {
    "active": State(pgettext_lazy("state", "Active"), Tone.OK, "circle-check"),
    "inactive": State(_("Inactive"), Tone.OFF, "circle-minus"),
    "invited": State(_("Invited"), Tone.WAIT, "mail"),
    "blocked": State(_("Blocked"), Tone.BAD, "ban"),
    "frozen": State(_("Frozen"), Tone.BAD, "lock"),
    "deleted": State(_("Deleted"), Tone.OFF, "trash"),
}

JOB = {
    "waiting": State(_("Waiting"), Tone.WAIT, "hourglass"),
    "running": State(_("Running"), Tone.LIVE, "loader-2"),
    "done": State(_("Done"), Tone.OK, "check"),
    "failed": State(_("Failed"), Tone.BAD, "circle-x"),
    "set-aside": State(_("Set aside"), Tone.BAD, "inbox"),
    "cancelled": State(_("Cancelled"), Tone.OFF, "ban"),
}

_KINDS: dict[str, Mapping[str, State]] = {
    "charge_point": CHARGE_POINT,
    "charge": CHARGE,
    "connection": CONNECTION,
    "command": COMMAND,
    "transaction": TRANSACTION,
    "active": ACTIVE,
    "job": JOB,
}


def register(kind: str, states: Mapping[str, State]) -> None:
    """Add a kind of states; a domain calls this once, from its `AppConfig.ready`. A name's words may be joined by `_` or `-`."""
    _KINDS[kind] = {name.replace("_", "-"): state for name, state in states.items()}


def kinds() -> Mapping[str, Mapping[str, State]]:
    return _KINDS


def state(kind: str, value: object) -> State:
    """
    How to show `value`. A value that nobody described shows as *Unknown* rather than breaking a page.

    :raises KeyError: if nobody registered the kind: that is a bug in the template.
    """
    key = getattr(value, "value", value)
    return _KINDS[kind].get(str(key).lower().replace("_", "-"), UNKNOWN)
