"""Reads of charging: what stations' messages need (`sessions`, `holders`), lists and details (`charges`), energy and cost."""

from forecourt.charging.queries.charges import (
    ChargeFilter,
    ChargeRow,
    all_charge_rows,
    charge_counts,
    charge_rows,
    count_charges,
    running_on,
)
from forecourt.charging.queries.details import ChargeDetail, charge_detail, meter_values, timeline
from forecourt.charging.queries.energy import buckets_of, energy_buckets, power_curve
from forecourt.charging.queries.running import running_cost

__all__ = [
    "ChargeDetail",
    "ChargeFilter",
    "ChargeRow",
    "all_charge_rows",
    "buckets_of",
    "charge_counts",
    "charge_detail",
    "charge_rows",
    "count_charges",
    "energy_buckets",
    "meter_values",
    "power_curve",
    "running_cost",
    "running_on",
    "timeline",
]
