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
from forecourt.integrations.pages.webhooks import (
    webhook,
    webhook_delete,
    webhook_edit,
    webhook_entry,
    webhook_on,
    webhook_replay,
    webhook_test,
)

__all__ = [
    "MENU", "credential_detail", "credential_edit", "credential_list", "credential_new", "credential_revoke", "credential_secret",
    "webhook", "webhook_delete", "webhook_edit", "webhook_entry", "webhook_on", "webhook_replay", "webhook_test",
]  # fmt: skip
