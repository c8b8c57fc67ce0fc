"""The audit trigger finds the scope of a row in its parent."""

from django.db import migrations

from forecourt.audit.sql import RECORD_FUNCTION


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(RECORD_FUNCTION, migrations.RunSQL.noop)]
