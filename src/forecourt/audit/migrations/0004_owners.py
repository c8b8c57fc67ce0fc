"""The audit trigger knows whose a personal team is."""

from django.db import migrations

from forecourt.audit.sealing_sql import RECORD_OWNERS, RECORD_PENDING


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_seals")]
    operations = [migrations.RunSQL(RECORD_OWNERS, RECORD_PENDING)]
