"""One entry that is refused does not hold up the others. How sending goes stays out of the audit log."""

from importlib import import_module

from django.db import migrations, models

from forecourt.audit.sql import audited

BEFORE = import_module("forecourt.integrations.migrations.0005_webhook_audit").NOT_RECORDED
NOT_RECORDED = (*BEFORE, "is_one_refused", "accepted_at")


def recorded_without(ignored: tuple[str, ...]) -> migrations.RunSQL:
    operation = audited("integrations_webhookconfig", "Webhook", name="url", ignore=ignored)
    assert isinstance(operation, migrations.RunSQL)
    return operation


def recorded_no_more(ignored: tuple[str, ...]) -> migrations.RunSQL:
    operation = recorded_without(ignored)
    return migrations.RunSQL(operation.reverse_sql, operation.sql)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0005_webhook_audit")]
    operations = [
        migrations.AddField("webhookconfig", "is_one_refused", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("webhookconfig", "accepted_at", models.DateTimeField(null=True)),
        migrations.AddField("webhookentry", "first_tried_at", models.DateTimeField(null=True)),
        recorded_no_more(BEFORE),
        recorded_without(NOT_RECORDED),
    ]
