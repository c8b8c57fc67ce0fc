"""Writes of credentials and tokens, and of webhooks."""

from forecourt.integrations.operations.credentials import (
    PUBLIC_SCOPES,
    Pair,
    Revoked,
    create_credential,
    edit_credential,
    issue_token,
    purge_tokens,
    refresh_token,
    regenerate_secret,
    revoke_credential,
)
from forecourt.integrations.operations.delivering import purge_entries
from forecourt.integrations.operations.webhooks import (
    Wanted,
    check_webhook,
    configure_webhook,
    delete_webhook,
    replay,
    store_webhook,
    switch_on,
)

__all__ = [
    "PUBLIC_SCOPES", "Pair", "Revoked", "Wanted", "check_webhook", "configure_webhook", "create_credential", "delete_webhook",
    "edit_credential", "issue_token", "purge_entries", "purge_tokens", "refresh_token", "regenerate_secret", "replay",
    "revoke_credential", "store_webhook", "switch_on",
]  # fmt: skip
