"""The secret before signs too for a day. The audit log says that a secret was set, not which."""

from importlib import import_module

from django.db import migrations, models

_before = import_module("forecourt.integrations.migrations.0006_one_refused")
NOT_RECORDED = (*_before.NOT_RECORDED, "previous_secret_encrypted", "previous_secret_until")


class Migration(migrations.Migration):
    dependencies = [("integrations", "0006_one_refused")]
    operations = [
        migrations.AddField("webhookconfig", "previous_secret_encrypted", models.BinaryField(null=True)),
        migrations.AddField("webhookconfig", "previous_secret_until", models.DateTimeField(null=True)),
        _before.recorded_no_more(_before.NOT_RECORDED),
        _before.recorded_without(NOT_RECORDED),
    ]
