"""Reads of credentials and tokens, and of webhooks."""

from forecourt.integrations.queries.credentials import (
    TOKEN_PURPOSE,
    Consumer,
    CredentialFilter,
    Reach,
    consumer_of,
    credentials_within,
    reach_of,
    state_of,
)

__all__ = ["TOKEN_PURPOSE", "Consumer", "CredentialFilter", "Reach", "consumer_of", "credentials_within", "reach_of", "state_of"]
