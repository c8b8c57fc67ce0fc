"""What changed since: webhooks read it from the table itself."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("pricing", "0006_member_groups")]

    operations = [
        AddIndexConcurrently("pricegroup", models.Index(fields=["updated_at", "id"], name="price_group_changes")),
    ]
