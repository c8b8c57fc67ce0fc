"""Room for updates in place of what is written often."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("gateway", "0001_initial"), ("kit", "0002_guards")]
    operations = [migrations.RunSQL("ALTER TABLE gateway_gatewayprocess SET (fillfactor = 50)", migrations.RunSQL.noop)]
