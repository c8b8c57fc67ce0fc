"""What changed since, read from the table itself, by an index that leaves updates in place (`kit.models.changes_in_place`)."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations

from forecourt.kit.models import changes_in_place


class Migration(migrations.Migration):
    atomic = False  # indexes are built beside running work
    dependencies = [("charging", "0006_in_place")]

    operations = [
        AddIndexConcurrently("charge", changes_in_place("charge_changes")),
        RemoveIndexConcurrently("charge", "charge_updated"),
    ]
