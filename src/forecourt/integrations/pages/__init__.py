"""Door: portal pages of API keys and their webhooks."""

from forecourt.integrations.pages.credentials import (
    MENU,
    credential_detail,
    credential_edit,
    credential_list,
    credential_new,
    credential_revoke,
    credential_secret,
)

__all__ = [
    "MENU", "credential_detail", "credential_edit", "credential_list", "credential_new", "credential_revoke", "credential_secret",
]  # fmt: skip
