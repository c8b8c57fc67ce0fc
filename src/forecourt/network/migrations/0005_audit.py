"""Who connected which charge point to which station, and when it was taken off."""

from django.db import migrations

from forecourt.audit.sql import audited


class Migration(migrations.Migration):
    dependencies = [("network", "0004_catalogue"), ("audit", "0002_parents")]
    operations = [
        audited(
            "network_integration", "Integration", name="number", ignore=("active_at",), parent=("network_chargepoint", "charge_point_id")
        ),
    ]
