"""A partition that is made takes the default one's storage parameters over."""

from django.db import migrations

from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("kit", "0002_guards")]
    operations = [migrations.RunSQL(guards.MAKE_PARTITION, migrations.RunSQL.noop)]
