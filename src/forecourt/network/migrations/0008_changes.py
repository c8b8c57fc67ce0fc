"""What changed since: webhooks read it from the table itself."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

from forecourt.kit.models import changes_in_place


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("network", "0007_reports")]

    operations = [
        AddIndexConcurrently("site", models.Index(fields=["updated_at", "id"], name="site_changes")),
        AddIndexConcurrently("chargepoint", changes_in_place("charge_point_changes")),
        AddIndexConcurrently("chargekey", models.Index(fields=["updated_at", "id"], name="charge_key_changes")),
        RemoveIndexConcurrently("chargepoint", "charge_point_updated"),
    ]
