"""The public state of a charge point, derived in one place. The table is in docs/domains/network.md."""

from dataclasses import dataclass

NO_ERROR = "NoError"

# OCPP 1.6 ChargePointStatus, where nothing else decides.
_BY_STATUS = {
    "Available": "available",
    "Preparing": "busy",
    "Occupied": "busy",  # 2.0.1 says no more than that
    "Charging": "busy-charging",
    "SuspendedEV": "busy-non-charging",
    "SuspendedEVSE": "busy-non-charging",
    "Finishing": "busy-non-released",
    "Reserved": "busy-reserved",
    "Unavailable": "maintenance",
    "Faulted": "error",
}
_WITH_CABLE = {"Preparing", "Occupied", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"}
_WITHOUT_CABLE = {"Available", "Reserved", "Unavailable"}
_STALLED = {"Preparing", "Occupied", "SuspendedEVSE"}  # occupied and giving no energy: an error here blocks
_HOLDS = {"reserved": ("busy-reserved", {"Available"}), "scheduled": ("busy-scheduled", {"Available", "Preparing", "SuspendedEVSE"})}


@dataclass(frozen=True, slots=True)
class Situation:
    """
    All that decides. `status` and `error_code` are the newest of the charge point, `station_status` that of the station as a whole
    (OCPP 1.6 connector 0); `held_for` is `reserved` or `scheduled` while we hold the charge point for somebody.
    """

    is_integrated: bool = True
    is_connected: bool = True
    status: str | None = None
    error_code: str | None = None
    station_status: str | None = None
    station_error_code: str | None = None
    held_for: str | None = None
    is_in_maintenance: bool = False
    is_exempt: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A public state (spec P2.2) and, for the history, why."""

    state: str
    cause: str


def public_state(situation: Situation) -> Verdict:
    """
    The state that everybody sees. What we decided comes before what the station says, and the connection before its last word.

    Source: spec P2.2; OCPP 1.6 §7.7 ChargePointStatus.
    """
    if situation.is_exempt:
        return Verdict("exempt", "exempt")
    if situation.is_in_maintenance:
        return Verdict("maintenance", "maintenance")
    if not situation.is_integrated:
        return Verdict("passive", "not connected to a station")
    if not situation.is_connected:
        return Verdict("disconnected", "connection lost")
    return _reported(situation)


def _reported(situation: Situation) -> Verdict:
    status, error = situation.status, situation.error_code or NO_ERROR
    if status not in _WITH_CABLE and situation.station_status in ("Faulted", "Unavailable"):
        return Verdict(_BY_STATUS[situation.station_status], _cause(situation.station_status, situation.station_error_code or NO_ERROR))
    if status is None:
        return Verdict("other", "no status yet")
    if status in _STALLED and error != NO_ERROR:
        return Verdict("busy-blocked", error)
    if situation.held_for in _HOLDS:
        state, where = _HOLDS[situation.held_for]
        if status in where:
            return Verdict(state, situation.held_for)
    return Verdict(_BY_STATUS.get(status, "other"), _cause(status, error))


def has_cable(status: str, *, before: bool) -> bool:
    """Whether a cable is plugged in; a fault says nothing about it."""
    return status in _WITH_CABLE or (before and status not in _WITHOUT_CABLE)


def _cause(status: str, error: str) -> str:
    return error if error != NO_ERROR else status
