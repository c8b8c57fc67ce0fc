"""From the stop to the books: when a charge is ready to settle, and what billing writes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from forecourt.charging.events import ChargeReadyToSettle
from forecourt.charging.queries.sql import execute, fetched, rows
from forecourt.charging.rules import meters
from forecourt.charging.rules.energy import Buckets, energy_buckets
from forecourt.kit.events import announce_all
from forecourt.kit.operations import operation

LATEST_RELEASE = timedelta(hours=12)  # so long a release is waited for; nobody pays for what no station has vouched for


@dataclass(frozen=True, slots=True)
class Completion:
    """What billing found a charge to cost. Minor units of the charge's currency; `cost_minor` only where cost is tracked."""

    charge_id: int
    net_minor: int
    vat_minor: int
    gross_minor: int
    cost_minor: int | None
    at: datetime


@operation
def complete_charges(completions: Sequence[Completion]) -> int:
    """
    Write the totals and complete the charges; how many. One that is completed already, or still runs, is passed over: completed is immutable.
    """
    if not completions:
        return 0
    ordered = sorted(completions, key=lambda one: one.charge_id)
    return execute(
        """
        WITH mine AS (
          SELECT id FROM charging_charge WHERE id = ANY(%s) AND completed_at IS NULL AND stopped_at IS NOT NULL ORDER BY id FOR NO KEY UPDATE
        )
        UPDATE charging_charge c SET state = 'completed', completed_at = new.at, price_net_minor = new.net, price_vat_minor = new.vat,
          price_minor = new.gross, cost_minor = new.cost
        FROM mine, unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[]) AS new(id, net, vat, gross, cost, at)
        WHERE c.id = mine.id AND new.id = mine.id""",
        [
            [one.charge_id for one in ordered],
            [one.charge_id for one in ordered],
            [one.net_minor for one in ordered],
            [one.vat_minor for one in ordered],
            [one.gross_minor for one in ordered],
            [one.cost_minor for one in ordered],
            [one.at for one in ordered],
        ],
    )


@operation
def settle_unreleased(*, at: datetime, limit: int = 500) -> int:
    """
    Make ready the charges that stopped twelve hours ago and whose cable nobody was heard to release; how many.

    Runs beside itself: rows are claimed with SKIP LOCKED. The fee is counted up to the stop.
    """
    found = fetched(
        """
        SELECT c.id FROM charging_charge c
        WHERE c.state IN ('stopped', 'releasing') AND c.state <> 'completed' AND c.stop_recorded_at <= %s
          AND NOT EXISTS (SELECT FROM charging_chargeenergy energy WHERE energy.charge_id = c.id)
        ORDER BY c.id LIMIT %s FOR NO KEY UPDATE OF c SKIP LOCKED""",
        [at - LATEST_RELEASE, limit],
    )
    ids = [id for (id,) in found]
    if ids:
        execute(
            "UPDATE charging_charge SET state = 'released', released_at = COALESCE(released_at, stopped_at) WHERE id = ANY(%s)",
            [ids],
        )
        prepare_settlement(ids)
    return len(ids)


class _Stopped(NamedTuple):
    id: int
    started_at: datetime
    stopped_at: datetime
    meter_start_wh: int
    meter_stop_wh: int


def prepare_settlement(charge_ids: Sequence[int]) -> None:
    """
    Compute the energy per 300 seconds and announce that the charges are ready to settle: once each, because the energy is
    stored once. Called inside an operation, with the charges' rows locked.
    """
    if not charge_ids:
        return
    charges = rows(
        _Stopped,
        f"SELECT {', '.join(_Stopped._fields)} FROM charging_charge WHERE id = ANY(%s) AND stopped_at IS NOT NULL",  # noqa: S608
        [sorted(charge_ids)],
    )
    samples = _registers(charges)
    buckets = [(charge.id, _buckets(charge, samples.get(charge.id, []))) for charge in charges]
    announce_all(ChargeReadyToSettle(id) for id in _keep(buckets))


def _buckets(charge: _Stopped, samples: Sequence[tuple[datetime, int]]) -> Buckets:
    return energy_buckets(
        started_at=charge.started_at, stopped_at=charge.stopped_at, start_wh=charge.meter_start_wh, stop_wh=charge.meter_stop_wh,
        samples=samples,
    )  # fmt: skip


def _keep(buckets: Sequence[tuple[int, Buckets]]) -> list[int]:
    """Store the energy; the charges that had none yet."""
    if not buckets:
        return []
    marks = ", ".join(["(%s::bigint, %s::timestamptz, %s::int[], %s::int[])"] * len(buckets))
    values: list[Any] = []
    for id, one in buckets:
        values += [id, one.from_at, list(one.wh), list(one.estimated)]
    statement = (
        f"INSERT INTO charging_chargeenergy (charge_id, from_at, wh, estimated) VALUES {marks} ON CONFLICT DO NOTHING RETURNING charge_id"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [id for (id,) in cursor.fetchall()]


def _registers(charges: Sequence[_Stopped]) -> dict[int, list[tuple[datetime, int]]]:
    """The energy registers that were sampled during these charges: {charge: [(at, Wh)]}. The times bound the partitions to read."""
    if not charges:
        return {}
    found: dict[int, list[tuple[datetime, int]]] = {}
    samples = fetched(
        """
        SELECT m.charge_id, m.at, s ->> 'value', COALESCE(s ->> 'unit', 'Wh') FROM meter_value m, jsonb_array_elements(m.samples) s
        WHERE m.charge_id = ANY(%s) AND m.at >= %s AND m.at <= %s
          AND COALESCE(s ->> 'measurand', 'Energy.Active.Import.Register') = %s AND s ->> 'phase' IS NULL
          AND COALESCE(s ->> 'format', 'Raw') = 'Raw'""",
        [
            [charge.id for charge in charges],
            min(charge.started_at for charge in charges),
            max(charge.stopped_at for charge in charges),
            meters.REGISTER,
        ],
    )
    for id, at, value, unit in samples:
        wh = meters.as_wh(value, unit)
        if wh is not None:
            found.setdefault(id, []).append((at, wh))
    return found
