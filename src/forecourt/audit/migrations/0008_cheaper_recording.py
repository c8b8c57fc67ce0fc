"""Recording a change costs less: who waits for it pays only for what cannot wait (docs/domains/audit.md has the figures)."""

from django.db import migrations

from forecourt.audit.recording_sql import NO_WHOLE_ROWS, RECORD_CHEAPLY, WHOLE_ROWS
from forecourt.audit.sealing_sql import RECORD_OWNERS


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_who_did_what")]
    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS hstore", migrations.RunSQL.noop),
        migrations.RunSQL(WHOLE_ROWS, NO_WHOLE_ROWS),
        migrations.RunSQL(RECORD_CHEAPLY, RECORD_OWNERS),
    ]
