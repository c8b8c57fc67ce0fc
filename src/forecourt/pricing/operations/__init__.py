"""Writes of price groups, of members' prices, and of tags."""

from forecourt.pricing.operations.groups import (
    PriceGroupDeleted,
    PriceGroupIsNeeded,
    create_price_group,
    delete_price_group,
    edit_price_group,
    set_default,
    unset_default,
)
from forecourt.pricing.operations.members import KEEP, Keep, price_new_members, set_member_pricing
from forecourt.pricing.operations.tags import create_tag, delete_tag, edit_tag

__all__ = [
    "KEEP",
    "Keep",
    "PriceGroupDeleted",
    "PriceGroupIsNeeded",
    "create_price_group",
    "create_tag",
    "delete_price_group",
    "delete_tag",
    "edit_price_group",
    "edit_tag",
    "price_new_members",
    "set_default",
    "set_member_pricing",
    "unset_default",
]
