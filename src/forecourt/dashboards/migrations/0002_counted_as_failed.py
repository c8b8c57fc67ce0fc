"""Which charges were counted as failed: one that starts after all is taken back."""

from django.db import migrations, models

KNOWN = """
UPDATE dashboards_countedcharge counted SET is_failed = true FROM charging_charge c
WHERE c.id = counted.charge_id AND c.failed_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("charging", "0010_forced_price"),
        ("dashboards", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="countedcharge",
            name="is_failed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
