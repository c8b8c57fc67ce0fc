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

__all__ = [
    "PUBLIC_SCOPES", "Pair", "Revoked", "create_credential", "edit_credential", "issue_token", "purge_tokens", "refresh_token",
    "regenerate_secret", "revoke_credential",
]  # fmt: skip
