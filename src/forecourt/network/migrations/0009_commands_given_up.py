"""Webhooks tell of commands that a station did not answer: found by when they were given up."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False  # the index is built beside running work
    dependencies = [("network", "0008_changes")]
    operations = [
        AddIndexConcurrently("command", models.Index(fields=["answered_at"], condition=Q(state="unknown"), name="command_given_up")),
    ]
