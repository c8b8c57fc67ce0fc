"""The functions that every domain's guards use, and the ones that make and drop partitions."""

from django.db import migrations

from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("kit", "0001_initial")]
    operations = [
        migrations.RunSQL(guards.REFUSE_FUNCTION, "DROP FUNCTION forecourt_refuse_change()"),
        migrations.RunSQL(guards.TOUCH_FUNCTION, "DROP FUNCTION forecourt_touch()"),
        migrations.RunSQL(guards.PARTITION_FUNCTIONS, guards.DROP_PARTITION_FUNCTIONS),
    ]
