"""
What a charge costs: components in, lines out. Pure Python; amounts are Decimals in major units until a line is rounded.

Every component, unit and rounding is written down in `docs/domains/pricing.md`, with the tables that the tests use.
"""

from forecourt.pricing.rules.buckets import Bucket, Part, split
from forecourt.pricing.rules.components import (
    Cap,
    ChargingFee,
    Component,
    EnergyPrice,
    Fee,
    IdleFee,
    Malformed,
    MasterPrice,
    MinuteFee,
    StartingFee,
    TimePrice,
    dump_components,
    is_free,
    parse_components,
    runs_on_after_stop,
)
from forecourt.pricing.rules.lines import Discount, Line, Tariff, Total, parse_discounts, price, reached, running, total
from forecourt.pricing.rules.usage import LineKind, Unit, Usage

__all__ = [
    "Bucket",
    "Cap",
    "ChargingFee",
    "Component",
    "Discount",
    "EnergyPrice",
    "Fee",
    "IdleFee",
    "Line",
    "LineKind",
    "Malformed",
    "MasterPrice",
    "MinuteFee",
    "Part",
    "StartingFee",
    "Tariff",
    "TimePrice",
    "Total",
    "Unit",
    "Usage",
    "dump_components",
    "is_free",
    "parse_components",
    "parse_discounts",
    "price",
    "reached",
    "running",
    "runs_on_after_stop",
    "split",
    "total",
]
