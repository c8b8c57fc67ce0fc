"""Door: partner API of tokens, the consumer and webhooks (§2, §11.1, §11.40)."""

from forecourt.integrations.api.consumers import router

__all__ = ["router"]
