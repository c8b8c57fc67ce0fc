"""The audit trail of webhooks: what people set, not how sending goes; and that a secret was set, not which."""

from django.db import migrations

from forecourt.audit.sql import audited

NOT_RECORDED = (
    "secret_encrypted", "headers_encrypted", "failing_since", "failures", "next_try_at", "leased_until",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_webhooks"), ("audit", "0001_initial")]
    operations = [audited("integrations_webhookconfig", "Webhook", name="url", ignore=NOT_RECORDED)]
