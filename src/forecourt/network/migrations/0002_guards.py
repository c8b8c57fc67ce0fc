"""Update times, the audit trail, room for updates in place."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("network", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.touch("network_site", "network_station", "network_chargepoint", "network_integration", "network_chargekey"),
        audited("network_site", "Site"),
        audited(
            "network_station",
            "Station",
            name="identity",
            ignore=(
                "booted_at",
                "configuration",
                "configuration_at",
                "firmware_version",
                "reported_vendor",
                "reported_model",
                "iccid",
                "imsi",
            ),
        ),
        audited(
            "network_chargepoint",
            "ChargePoint",
            ignore=("state", "state_since", "ocpp_status", "ocpp_error_code", "ocpp_status_at", "is_cable_plugged_in", "last_meter_wh"),
        ),
        audited("network_chargekey", "ChargeAuthToken"),
        migrations.RunSQL(
            "ALTER TABLE network_stationlink SET (fillfactor = 70); ALTER TABLE network_chargepoint SET (fillfactor = 80)",
            migrations.RunSQL.noop,
        ),
    ]
