"""Settling charges, and agreeing on fees."""

from forecourt.billing.operations.agreements import agree_fee, end_fee
from forecourt.billing.operations.settling import settle, settle_charges

__all__ = ["agree_fee", "end_fee", "settle", "settle_charges"]
