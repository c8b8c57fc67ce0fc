"""Door: partner API of tokens, the consumer and webhooks (§2, §11.1, §11.40)."""

from ninja import Router

from forecourt.integrations.api.consumers import router as consumers
from forecourt.integrations.api.webhooks import router as webhooks

router = Router()
for _part in (consumers, webhooks):
    router.add_router("", _part)

__all__ = ["router"]
