"""What changed since: webhooks read it from the table itself."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("ledger", "0005_erasure")]

    operations = [
        AddIndexConcurrently("wallettransaction", models.Index(fields=["updated_at", "id"], name="wtx_changes")),
    ]
