"""Reads of billing: the price of a charge and the movements it caused, and fee agreements."""

from forecourt.billing.queries.agreements import AgreementRow, agreement_rows, agreements_of
from forecourt.billing.queries.breakdown import Breakdown, Component, Hour, breakdown, tags_of
from forecourt.billing.queries.charges import LineRow, ToSettle, charge_lines, charges_to_settle, entries_of_charge, settlement_of

__all__ = [
    "AgreementRow",
    "Breakdown",
    "Component",
    "Hour",
    "LineRow",
    "ToSettle",
    "agreement_rows",
    "agreements_of",
    "breakdown",
    "charge_lines",
    "charges_to_settle",
    "entries_of_charge",
    "settlement_of",
    "tags_of",
]
