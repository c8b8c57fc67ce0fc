"""What happened since: webhooks read it from the connection history itself, and what is old is found to be deleted."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("gateway", "0003_answers")]

    operations = [AddIndexConcurrently("stationevent", models.Index(fields=["at"], name="station_event_at"))]
