"""Settling charges, agreeing on fees, and taking members' monthly fees."""

from forecourt.billing.operations.agreements import agree_fee, end_fee
from forecourt.billing.operations.member_fees import collect_member_fee, owe_member_fees
from forecourt.billing.operations.settling import settle, settle_charges

__all__ = ["agree_fee", "collect_member_fee", "end_fee", "owe_member_fees", "settle", "settle_charges"]
