"""Charges as settling needs them, and what settling left behind."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from forecourt.access import Scope
from forecourt.billing.models import ChargeLine, Settlement
from forecourt.charging.models import Charge
from forecourt.charging.operations.paying import hold_key
from forecourt.ledger import queries as ledger
from forecourt.ledger.queries import EntryRow
from forecourt.pricing.rules import Usage


class ToSettle(NamedTuple):
    """A stopped charge that is not completed."""

    id: int
    organisation_id: int
    operator_id: int
    team_id: int
    team_type: str
    payer_team_id: int | None
    started_at: datetime
    stopped_at: datetime
    charging_ended_at: datetime | None
    released_at: datetime | None
    reports_release: bool
    energy_wh: int
    buckets_from_at: datetime
    buckets_wh: list[int]
    time_zone: str
    price_version_id: int | None
    cost_version_id: int | None
    currency: str
    vat_rate: Decimal
    discounts: list[dict[str, Any]]

    @property
    def usage(self) -> Usage:
        return Usage(
            started_at=self.started_at,
            stopped_at=self.stopped_at,
            charging_ended_at=self.charging_ended_at,
            released_at=self.released_at,
            energy_wh=self.energy_wh,
            buckets_from_at=self.buckets_from_at,
            buckets_wh=tuple(self.buckets_wh),
            reports_release=self.reports_release,
            time_zone=self.time_zone,
        )


_COLUMNS = """
SELECT c.id, c.organisation_id, c.operator_id, c.team_id, t.type, c.payer_team_id, c.started_at, c.stopped_at, c.charging_ended_at,
       c.released_at, coalesce(m.reports_release, true), coalesce(c.meter_stop_wh, c.meter_start_wh, 0) - coalesce(c.meter_start_wh, 0),
       coalesce(e.from_at, c.started_at), coalesce(e.wh, ARRAY[]::integer[]), c.time_zone, c.price_version_id, c.cost_version_id,
       c.currency, c.vat_rate, c.discounts
FROM charging_charge c
JOIN teams_team t ON t.id = c.team_id
JOIN network_chargepoint p ON p.id = c.charge_point_id
LEFT JOIN network_model m ON m.id = p.model_id
LEFT JOIN charging_chargeenergy e ON e.charge_id = c.id
"""
_TO_SETTLE = f"""{_COLUMNS}
WHERE c.id = ANY(%s) AND c.state <> 'completed' AND c.started_at IS NOT NULL AND c.stopped_at IS NOT NULL
ORDER BY c.id FOR NO KEY UPDATE OF c
"""
_ONE = f"{_COLUMNS} WHERE c.id = %s AND c.started_at IS NOT NULL AND c.stopped_at IS NOT NULL"


def charges_to_settle(charge_ids: Sequence[int]) -> list[ToSettle]:
    """Those of these charges that are stopped and not completed, locked in id order."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_SETTLE, [sorted(set(charge_ids))])
        return [_to_settle(row) for row in cursor.fetchall()]


def usage_of(charge_id: int) -> Usage | None:
    """A stopped charge as the price engine saw it."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [charge_id])
        row = cursor.fetchone()
    return _to_settle(row).usage if row else None


def _to_settle(row: tuple[Any, ...]) -> ToSettle:
    return ToSettle._make((*row[:-1], json.loads(row[-1])))  # Django's cursors hand jsonb over as text


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a charge's price. Amounts in minor units of `currency`, `unit_price` in major units."""

    kind: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net_minor: int
    vat_minor: int
    gross_minor: int
    currency: str
    vat_rate: Decimal
    is_master: bool
    tag_id: int | None
    from_at: datetime
    until_at: datetime


_LINE = tuple(LineRow.__slots__)


def charge_lines(charge_id: int, *, purpose: str = "price") -> list[LineRow]:
    """The lines of a settled charge, in order; `purpose` is `price` or `cost`."""
    rows = ChargeLine.objects.filter(charge_id=charge_id, purpose=purpose).order_by("ordinal").values_list(*_LINE)
    return [LineRow(*row) for row in rows]


def settlement_of(charge_id: int) -> Settlement | None:
    return Settlement.objects.filter(charge_id=charge_id).first()


def entries_of_charge(charge: Charge, *, scope: Scope | None = None) -> list[EntryRow]:
    """
    Every posting that a charge caused: its hold and release, payment, fees, and their refunds. The caller has fetched the charge.

    With `scope`, those of transactions with a side in it, and the hold only for the payer's side: a payer does not see the owner's fees.
    """
    direct = [row.id for row in ledger.transactions_about("CHARGE", charge.pk, scope=scope)]
    sees_hold = scope is None or Charge.objects.within(scope, side="payer").filter(pk=charge.pk).exists()
    return ledger.entries_of(transaction_ids=direct + ledger.refunds_of(direct), hold=hold_key(charge.pk) if sees_hold else None)
