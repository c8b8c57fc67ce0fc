"""What the platform's people did to somebody's signing in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from forecourt.audit.sql import audited


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_changes"), ("audit", "0004_owners")]

    operations = [
        migrations.CreateModel(
            name="Intervention",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sessions_ended", "Sessions Ended"),
                            ("factors_reset", "Factors Reset"),
                            ("locked", "Locked"),
                            ("unlocked", "Unlocked"),
                        ],
                        max_length=14,
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("by_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="interventions", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["person", "-id"], name="intervention_newest")]},
        ),
        audited("identity_intervention", "Intervention", name="kind"),
    ]
