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
from forecourt.pricing.operations.member_groups import price_members_of_groups, set_member_group_pricing
from forecourt.pricing.operations.members import KEEP, Keep, price_new_members, set_member_pricing
from forecourt.pricing.operations.nested import set_nested_price, set_template_prices
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
    "price_members_of_groups",
    "price_new_members",
    "set_default",
    "set_member_group_pricing",
    "set_member_pricing",
    "set_nested_price",
    "set_template_prices",
    "unset_default",
]
