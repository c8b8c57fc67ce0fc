"""What changed since: webhooks read it from the table itself."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("teams", "0007_fee_notes_unrecorded")]

    operations = [
        AddIndexConcurrently("team", models.Index(fields=["updated_at", "id"], name="team_changes")),
        AddIndexConcurrently("teammember", models.Index(fields=["updated_at", "id"], name="team_member_changes")),
    ]
