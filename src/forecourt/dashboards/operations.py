"""Writes of the roll-up: event by event, and anew for a range of days."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

from forecourt.billing.events import ChargeSettled
from forecourt.billing.rules import PAYMENT_KINDS
from forecourt.charging.events import ChargeFailed
from forecourt.kit.operations import operation

# A rebuild must not run beside a count: it would take back what the count has marked but not yet committed.
_LOCK = "hashtext('forecourt_dashboards')"

# A charge belongs to the day it ended, in the zone it was charged in (house §4: fixed at its start).
_ENDED_AT = "coalesce(c.failed_at, c.stopped_at, c.completed_at)"
_DAY = f"({_ENDED_AT} AT TIME ZONE c.time_zone)::date"

# Revenue is what the books have: a price that nobody paid (the payer is unknown, or the owner) is none.
_IS_PAID = f"""EXISTS (SELECT FROM ledger_wallettransaction paid WHERE paid.reference_type = 'CHARGE' AND paid.reference_id = c.id::text
  AND paid.kind IN {PAYMENT_KINDS} AND paid.refund_percentage IS NULL)"""

_COUNT = f"""
WITH counted AS (
  INSERT INTO dashboards_countedcharge (charge_id, day, is_failed)
  SELECT c.id, {_DAY}, c.failed_at IS NOT NULL FROM charging_charge c
  WHERE (c.completed_at IS NOT NULL OR c.failed_at IS NOT NULL) AND {{which}}
  ORDER BY c.id
  ON CONFLICT (charge_id) DO NOTHING
  RETURNING charge_id, day
)
INSERT INTO dashboards_chargepointday AS d
  (organisation_id, operator_id, team_id, charge_point_id, day, currency, charges, failed, energy_wh, revenue_minor, charging_seconds)
SELECT min(c.organisation_id), c.operator_id, c.team_id, c.charge_point_id, counted.day, c.currency,
  count(*) FILTER (WHERE c.failed_at IS NULL), count(*) FILTER (WHERE c.failed_at IS NOT NULL),
  coalesce(sum(c.meter_stop_wh - c.meter_start_wh), 0), coalesce(sum(c.price_net_minor) FILTER (WHERE {_IS_PAID}), 0),
  coalesce(sum(greatest(0, extract(epoch FROM coalesce(c.charging_ended_at, c.stopped_at) - c.started_at))::bigint), 0)
FROM counted JOIN charging_charge c ON c.id = counted.charge_id
GROUP BY c.charge_point_id, counted.day, c.operator_id, c.team_id, c.currency
ORDER BY c.charge_point_id, counted.day, c.operator_id, c.team_id, c.currency
ON CONFLICT (charge_point_id, day, operator_id, team_id, currency) DO UPDATE SET
  charges = d.charges + excluded.charges, failed = d.failed + excluded.failed, energy_wh = d.energy_wh + excluded.energy_wh,
  revenue_minor = d.revenue_minor + excluded.revenue_minor, charging_seconds = d.charging_seconds + excluded.charging_seconds
"""  # noqa: S608 (constants)


# Charges that were counted as failed and that their station started after all.
_REVIVED = """
SELECT counted.charge_id FROM dashboards_countedcharge counted JOIN charging_charge c ON c.id = counted.charge_id
WHERE counted.charge_id = ANY(%s) AND counted.is_failed AND c.failed_at IS NULL
"""
_UNCOUNT = """
WITH gone AS (DELETE FROM dashboards_countedcharge WHERE charge_id = ANY(%s) AND is_failed RETURNING charge_id, day)
UPDATE dashboards_chargepointday d SET failed = d.failed - lines.failed
FROM (SELECT c.charge_point_id, gone.day, c.operator_id, c.team_id, c.currency, count(*) AS failed
      FROM gone JOIN charging_charge c ON c.id = gone.charge_id GROUP BY 1, 2, 3, 4, 5) AS lines
WHERE d.charge_point_id = lines.charge_point_id AND d.day = lines.day AND d.operator_id = lines.operator_id
  AND d.team_id = lines.team_id AND d.currency = lines.currency
"""


def roll_up(events: Sequence[ChargeSettled | ChargeFailed]) -> None:
    """Reaction: put these charges into their days. One that is counted already, or not finished, changes nothing."""
    count_charges([event.charge_id for event in events])


@operation
def count_charges(charge_ids: Sequence[int]) -> None:
    """
    Add finished charges to the roll-up, each once: its `CountedCharge` row claims it (primary key) in the same statement. One that
    had failed and started after all is taken back first.

    Beside itself it takes the lines in the order of their key, so drains wait for each other and never deadlock; one that takes
    something back runs alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REVIVED, [list(charge_ids)])
        revived = [id for (id,) in cursor.fetchall()]
        cursor.execute(f"SELECT pg_advisory_xact_lock{'' if revived else '_shared'}({_LOCK})")
        if revived:
            cursor.execute(_UNCOUNT, [revived])
        cursor.execute(_COUNT.format(which="c.id = ANY(%s)"), [list(charge_ids)])


@operation
def rebuild(from_day: date, until_day: date) -> None:
    """
    Count the days `[from_day, until_day)` anew from the charges: after loading history set-based, or to prove the figures.

    Waits for counts in progress and holds up new ones meanwhile. Charges whose event still waits are counted here, and not again later.
    """
    days = [from_day, until_day]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        cursor.execute("DELETE FROM dashboards_chargepointday WHERE day >= %s AND day < %s", days)
        cursor.execute("DELETE FROM dashboards_countedcharge WHERE day >= %s AND day < %s", days)
        cursor.execute(_COUNT.format(which=f"{_DAY} >= %s AND {_DAY} < %s"), days)
