"""What changed since: webhooks read it from the table itself."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("charging", "0006_in_place")]

    operations = [
        AddIndexConcurrently("charge", models.Index(fields=["updated_at", "id"], name="charge_changes")),
    ]
