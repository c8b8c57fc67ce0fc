"""
The one place where a charge point's state is written.

Lock order of this domain: station links by station id, then charge points by id, then their open periods. The states are
judged from a read that follows the locks, so whoever waited sees what the other has written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from forecourt.kit import statements
from forecourt.network.rules import Period, Situation, Turning, Verdict, public_state

_OF_STATIONS = "SELECT station_id, id FROM network_chargepoint WHERE station_id = ANY(%s) AND deleted_at IS NULL"
_LOCK = "SELECT id FROM network_chargepoint WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_READ = """
SELECT cp.id, cp.station_id, cp.number, cp.ocpp_status, cp.ocpp_error_code, cp.ocpp_status_at, cp.state, cp.state_since,
       cp.is_cable_plugged_in, cp.maintenance_at IS NOT NULL, cp.exempt_at IS NOT NULL, cp.held_for,
       link.gateway_id IS NOT NULL, link.ocpp_status, link.ocpp_error_code,
       period.id, period.state, period.cause, period.from_at
FROM network_chargepoint cp
LEFT JOIN network_stationlink link ON link.station_id = cp.station_id
LEFT JOIN charge_point_state_period period ON period.charge_point_id = cp.id AND period.until_at IS NULL
WHERE cp.id = ANY(%s) ORDER BY cp.id
"""
_WRITE = """
UPDATE network_chargepoint cp SET
  ocpp_status = new.ocpp_status, ocpp_error_code = new.error_code, ocpp_status_at = new.status_at,
  state = new.state, state_since = new.state_since, is_cable_plugged_in = new.has_cable, held_for = new.held_for
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::boolean[], %s::text[])
  AS new(id, ocpp_status, error_code, status_at, state, state_since, has_cable, held_for)
WHERE cp.id = new.id
"""
_REWRITE_PERIODS = """
UPDATE charge_point_state_period period SET state = new.state, cause = new.cause, until_at = new.until_at
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) AS new(id, state, cause, until_at) WHERE period.id = new.id
"""
_ADD_PERIODS = """
INSERT INTO charge_point_state_period (charge_point_id, state, cause, from_at, until_at)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
"""


@dataclass(slots=True)
class Judged:
    """A locked charge point: what decides its state, and what becomes of it."""

    id: int
    station_id: int | None
    number: int | None
    status: str | None
    error_code: str | None
    status_at: datetime | None
    state: str
    state_since: datetime | None
    has_cable: bool
    is_in_maintenance: bool
    is_exempt: bool
    held_for: str | None
    is_connected: bool
    station_status: str | None
    station_error_code: str | None
    turning: Turning = field(default_factory=Turning)
    is_touched: bool = False

    def judge(self, at: datetime) -> None:
        """Derive the state anew as of `at`."""
        verdict = public_state(self._situation())
        if self.turning.turn(verdict, at):
            self.is_touched = True
        if self.state != verdict.state or self.state_since is None:
            self._enter(verdict, at)

    def _enter(self, verdict: Verdict, at: datetime) -> None:
        self.state, self.is_touched = verdict.state, True
        self.state_since = max(at, self.state_since) if self.state_since else at

    def _situation(self) -> Situation:
        return Situation(
            is_integrated=self.station_id is not None,
            is_connected=self.is_connected,
            status=self.status,
            error_code=self.error_code,
            station_status=self.station_status,
            station_error_code=self.station_error_code,
            held_for=self.held_for,
            is_in_maintenance=self.is_in_maintenance,
            is_exempt=self.is_exempt,
        )


def locked_charge_points(ids: Iterable[int]) -> list[Judged]:
    """Lock these charge points in id order, then read what decides their states."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    statements.execute(_LOCK, [wanted])
    return [_judged(row) for row in statements.fetched(_READ, [wanted])]


def _judged(row: Sequence[Any]) -> Judged:
    *columns, period_id, period_state, cause, from_at = row
    judged = Judged(*columns)
    if period_id is not None:
        judged.turning.periods.append(Period(period_state, cause, from_at, id=period_id))
    return judged


def write_states(rows: Sequence[Judged]) -> None:
    """Store what changed, in at most three statements."""
    touched = [row for row in rows if row.is_touched]
    if not touched:
        return
    statements.execute(_WRITE, _columns(_written(row) for row in touched))
    rewritten = [values for row in touched for values in _rewritten_period(row)]
    if rewritten:
        statements.execute(_REWRITE_PERIODS, _columns(rewritten))
    added = [values for row in touched for values in _added_periods(row)]
    if added:
        statements.execute(_ADD_PERIODS, _columns(added))


def settle_states(ids: Iterable[int], *, at: datetime) -> None:
    """Derive these charge points' states anew: something that decides them has changed."""
    rows = locked_charge_points(ids)
    for row in rows:
        row.judge(at)
    write_states(rows)


def charge_point_ids_of(station_ids: Sequence[int]) -> dict[int, list[int]]:
    """The living charge points of each station."""
    found: dict[int, list[int]] = {}
    for station_id, id in statements.fetched(_OF_STATIONS, [list(station_ids)]):
        found.setdefault(station_id, []).append(id)
    return found


def _written(row: Judged) -> tuple[Any, ...]:
    return row.id, row.status, row.error_code, row.status_at, row.state, row.state_since, row.has_cable, row.held_for


def _rewritten_period(row: Judged) -> Iterable[tuple[Any, ...]]:
    first, *later = row.turning.periods or (None,)
    if first and first.id is not None and (later or first.is_changed):
        yield first.id, first.state, first.cause, later[0].from_at if later else None


def _added_periods(row: Judged) -> Iterable[tuple[Any, ...]]:
    periods = row.turning.periods
    for period, following in zip(periods, [*periods[1:], None], strict=True):
        if period.id is None:
            yield row.id, period.state, period.cause, period.from_at, following.from_at if following else None


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
