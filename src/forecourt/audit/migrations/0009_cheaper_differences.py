"""Of a row that changes only the columns that differ are made `jsonb` (docs/domains/audit.md has the figures)."""

from django.db import migrations

from forecourt.audit.recording_sql import RECORD_CHEAPLY, RECORD_DIFFERENCES


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_cheaper_recording")]
    operations = [migrations.RunSQL(RECORD_DIFFERENCES, RECORD_CHEAPLY)]
