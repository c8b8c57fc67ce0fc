"""What stations report about themselves, hundreds at a time: boots, statuses, sockets that open and close."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from forecourt.kit import statements
from forecourt.kit.operations import operation
from forecourt.network.intents import BootIntent, Hold, LinkIntent, StatusChange, StatusIntent
from forecourt.network.operations.asking import repeat_maintenance
from forecourt.network.operations.states import Judged, charge_point_ids_of, locked_charge_points, settle_states, write_states
from forecourt.network.rules import has_cable

_BOOT = """
WITH new AS (
  SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS new(id, at, vendor, model, serial_number, firmware_version, iccid, imsi)),
known AS (SELECT station.id FROM network_station station JOIN new USING (id) ORDER BY station.id FOR NO KEY UPDATE OF station)
UPDATE network_station station SET
  booted_at = new.at, reported_vendor = left(new.vendor, 60), reported_model = left(new.model, 60),
  serial_number = coalesce(left(new.serial_number, 60), station.serial_number),
  firmware_version = coalesce(left(new.firmware_version, 60), station.firmware_version),
  iccid = coalesce(left(new.iccid, 30), station.iccid), imsi = coalesce(left(new.imsi, 30), station.imsi)
FROM new JOIN known USING (id)
WHERE station.id = new.id AND (station.booted_at IS NULL OR station.booted_at <= new.at)
"""
_OPEN = """
INSERT INTO network_stationlink AS link (station_id, gateway_id, session, connected_at, last_message_at, address)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::inet[]) ORDER BY 1
ON CONFLICT (station_id) DO UPDATE SET
  gateway_id = excluded.gateway_id, session = excluded.session, connected_at = excluded.connected_at, disconnected_at = NULL,
  last_message_at = excluded.last_message_at, address = excluded.address
WHERE link.session IS NULL OR link.session < excluded.session
RETURNING station_id
"""
_ACTIVATE = "UPDATE network_integration SET active_at = %s WHERE station_id = ANY(%s) AND deleted_at IS NULL AND active_at IS NULL"
_CLOSE = """
WITH gone AS (
  SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[]) AS gone(station_id, gateway_id, session, at)),
held AS (SELECT link.station_id FROM network_stationlink link JOIN gone USING (station_id, gateway_id, session)
         ORDER BY link.station_id FOR NO KEY UPDATE OF link)
UPDATE network_stationlink link SET gateway_id = NULL, disconnected_at = greatest(gone.at, link.connected_at)
FROM gone JOIN held USING (station_id)
WHERE link.station_id = gone.station_id AND link.session = gone.session AND link.gateway_id IS NOT NULL
RETURNING link.station_id
"""
_RELEASE = """
WITH held AS (SELECT station_id FROM network_stationlink WHERE gateway_id = ANY(%s) ORDER BY station_id FOR NO KEY UPDATE)
UPDATE network_stationlink link SET gateway_id = NULL, disconnected_at = greatest(%s, link.connected_at)
FROM held WHERE link.station_id = held.station_id AND link.gateway_id = ANY(%s) RETURNING link.station_id
"""
_HEARD = """
WITH new AS (SELECT * FROM unnest(%s::bigint[]) AS new(station_id)),
held AS (SELECT link.station_id FROM network_stationlink link JOIN new USING (station_id) ORDER BY 1 FOR NO KEY UPDATE OF link)
UPDATE network_stationlink link SET last_message_at = %s FROM held WHERE link.station_id = held.station_id
"""
_WHOLE = """
WITH new AS (SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) AS new(station_id, status, error_code, at)),
held AS (SELECT link.station_id FROM network_stationlink link JOIN new USING (station_id) ORDER BY 1 FOR NO KEY UPDATE OF link)
UPDATE network_stationlink link SET ocpp_status = new.status, ocpp_error_code = new.error_code, ocpp_status_at = new.at
FROM new JOIN held USING (station_id)
WHERE link.station_id = new.station_id AND (link.ocpp_status_at IS NULL OR link.ocpp_status_at <= new.at)
"""
_FIND = """
SELECT cp.station_id, cp.number, cp.id FROM network_chargepoint cp
JOIN unnest(%s::bigint[], %s::int[]) AS told(station_id, number) ON told.station_id = cp.station_id AND told.number = cp.number
WHERE cp.deleted_at IS NULL
"""


@operation
def record_boots(boots: Sequence[BootIntent]) -> None:
    """
    Note what stations said of themselves when they started. The newest counts; an older or repeated one changes nothing.
    Those with charge points in maintenance are asked again to refuse charges there.

    Station rows are locked in id order, so batches of several gateways do not deadlock.
    """
    newest = {boot.station_id: boot for boot in sorted(boots, key=lambda boot: boot.at)}
    if newest:
        _execute(
            _BOOT,
            (
                (boot.station_id, boot.at, boot.vendor, boot.model, boot.serial_number, boot.firmware_version, boot.iccid, boot.imsi)
                for boot in newest.values()
            ),
        )
        repeat_maintenance(newest, at=max(boot.at for boot in newest.values()))


@operation
def record_statuses(statuses: Sequence[StatusIntent], *, recorded_at: datetime) -> list[StatusChange]:
    """
    Take in statuses, in the order they were sent, and derive the public states. Returns the changes that counted, in that order.

    A status older than the newest one known changes neither state nor history: what the station was in then, we showed
    as disconnected, and the history says what was shown. A time ahead of ours counts as ours. A number that no charge
    point has is passed over. Repeating a status changes nothing. Beside another batch: links, then charge points, are locked
    in id order and read after the locks.
    """
    _record_whole_stations(statuses, recorded_at)
    ids = _ids_of(statuses)
    wholes = {status.station_id for status in statuses if status.number == 0}
    also = charge_point_ids_of(sorted(wholes)) if wholes else {}
    rows = {row.id: row for row in locked_charge_points([*ids.values(), *(id for found in also.values() for id in found)])}
    changes = []
    for status in statuses:
        at = min(status.at, recorded_at)
        row = rows.get(ids.get((status.station_id, status.number), 0))
        if row and (change := _apply(row, status, at)):
            changes.append(change)
        if status.number == 0:
            for id in also.get(status.station_id, ()):
                rows[id].judge(at)
    write_states(list(rows.values()))
    return changes


def _apply(row: Judged, status: StatusIntent, at: datetime) -> StatusChange | None:
    if row.status_at and at < row.status_at:
        return None
    before, is_news = row.status, (row.status, row.error_code) != (status.status, status.error_code)
    row.status, row.error_code, row.status_at = status.status, status.error_code, at
    row.has_cable = has_cable(status.status, before=row.has_cable)
    row.judge(at)
    row.is_touched = True
    if not is_news:
        return None
    return StatusChange(row.id, status.station_id, status.number, before, status.status, status.error_code, at, row.state)


@operation
def link_stations(links: Sequence[LinkIntent]) -> list[bool]:
    """
    Sockets have opened. For each: whether it is now the station's link; an older session than the known one is not.

    Charge points come back from `disconnected` with their last status. Doing it again, or beside another gateway, leaves the
    highest session; links are locked in station order, then charge points in id order.
    """
    newest = {link.station_id: link for link in sorted(links, key=lambda link: link.session)}
    if not newest:
        return []
    rows = [(link.station_id, link.gateway_id, link.session, link.at, link.at, link.address) for link in newest.values()]
    opened = {station_id for (station_id,) in _returned(_OPEN, rows)}
    if opened:
        statements.execute(_ACTIVATE, [max(link.at for link in links), sorted(opened)])
        _settle({id: newest[id].at for id in opened})
    return [link.station_id in opened and newest[link.station_id] is link for link in links]


@operation
def unlink_stations(links: Sequence[LinkIntent]) -> list[bool]:
    """
    Sockets have closed. For each: whether that ended the station's link; the end of a session that was taken over does not.

    Its charge points are `disconnected` from that moment. Doing it again changes nothing; locks as in `link_stations`.
    """
    if not links:
        return []
    by_key = {(link.station_id, link.session): link for link in links}
    rows = [(link.station_id, link.gateway_id, link.session, link.at) for link in by_key.values()]
    closed = {station_id for (station_id,) in _returned(_CLOSE, rows)}
    _settle({link.station_id: link.at for link in sorted(links, key=lambda link: link.session) if link.station_id in closed})
    return [link.station_id in closed for link in links]


@operation
def release_dead_gateways(*, gateway_ids: Sequence[int], at: datetime) -> int:
    """
    Free the stations of gateways that died (the caller knows whose heartbeat is old); how many. `at`: when they were last heard.

    A station that has meanwhile connected elsewhere has another gateway in its link and is left alone. Again: none are left.
    """
    freed = [station_id for (station_id,) in statements.fetched(_RELEASE, [list(gateway_ids), at, list(gateway_ids)])]
    _settle(dict.fromkeys(freed, at))
    return len(freed)


@operation
def record_heard(station_ids: Sequence[int], *, at: datetime) -> None:
    """Stations were heard at `at`. Links are locked in station order; the last writer wins."""
    statements.execute(_HEARD, [sorted(set(station_ids)), at])


@operation
def hold_charge_points(holds: Sequence[Hold]) -> None:
    """
    Hold charge points for a reservation or a scheduled charge, or let them go: shown as `busy-reserved`, `busy-scheduled`.

    Sets a value, so doing it again changes nothing; charge points are locked in id order.
    """
    rows = {row.id: row for row in locked_charge_points(hold.charge_point_id for hold in holds)}
    for hold in holds:
        if row := rows.get(hold.charge_point_id):
            row.is_touched |= row.held_for != hold.held_for
            row.held_for = hold.held_for
            row.judge(hold.at)
    write_states(list(rows.values()))


def _settle(at_of: dict[int, datetime]) -> None:
    """The stations' charge points, each as of its station's moment."""
    if not at_of:
        return
    found = charge_point_ids_of(sorted(at_of))
    moments = {id: at_of[station_id] for station_id, ids in found.items() for id in ids}
    rows = locked_charge_points(moments)
    for row in rows:
        row.judge(moments[row.id])
    write_states(rows)


def _record_whole_stations(statuses: Sequence[StatusIntent], recorded_at: datetime) -> None:
    whole = {status.station_id: status for status in sorted(statuses, key=lambda status: status.at) if status.number == 0}
    if whole:
        _execute(_WHOLE, ((one.station_id, one.status, one.error_code, min(one.at, recorded_at)) for one in whole.values()))


def _ids_of(statuses: Sequence[StatusIntent]) -> dict[tuple[int, int], int]:
    pairs = sorted({(status.station_id, status.number) for status in statuses if status.number > 0})
    return {(station_id, number): id for station_id, number, id in _returned(_FIND, pairs)} if pairs else {}


def _execute(sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    statements.execute(sql, [list(column) for column in zip(*rows, strict=True)])


def _returned(sql: str, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    return statements.fetched(sql, [list(column) for column in zip(*rows, strict=True)])


__all__ = [
    "hold_charge_points",
    "link_stations",
    "record_boots",
    "record_heard",
    "record_statuses",
    "release_dead_gateways",
    "settle_states",
    "unlink_stations",
]
