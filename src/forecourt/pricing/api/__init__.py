"""Door: partner API of price groups and their tags (§11.24, §11.25), and what members show of their prices (§11.15)."""

from ninja import Router

from forecourt.pricing.api.groups import router as groups
from forecourt.pricing.api.members import API_FIELDS, PAGE_FIELDS
from forecourt.pricing.api.tags import router as tags
from forecourt.pricing.api.webhooks import WEBHOOKS

router = Router()
for _part in (groups, tags):
    router.add_router("", _part)

__all__ = ["API_FIELDS", "PAGE_FIELDS", "WEBHOOKS", "router"]
