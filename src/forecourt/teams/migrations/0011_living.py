"""The living teams of an operator are listed and counted in their index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("teams", "0010_power_bank")]
    operations = [
        AddIndexConcurrently("team", models.Index(F("operator_id"), F("id").desc(), condition=Q(deleted_at=None), name="team_living")),
    ]
