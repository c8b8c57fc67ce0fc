"""Tables of integrations: credentials and tokens; webhooks."""

from forecourt.integrations.models.credentials import Credential, Token
from forecourt.integrations.models.webhooks import WebhookConfig, WebhookCursor, WebhookEntry

__all__ = ["Credential", "Token", "WebhookConfig", "WebhookCursor", "WebhookEntry"]
