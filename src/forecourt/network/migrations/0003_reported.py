"""What is known of a whole station, for whom a charge point is held, which process sent a command."""

from django.db import migrations, models

from forecourt.audit.sql import audited

_REPORTED = ("state", "state_since", "ocpp_status", "ocpp_error_code", "ocpp_status_at", "is_cable_plugged_in", "last_meter_wh")
BEFORE = audited("network_chargepoint", "ChargePoint", ignore=_REPORTED)
AFTER = audited("network_chargepoint", "ChargePoint", ignore=(*_REPORTED, "held_for"))


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="chargepoint",
            name="held_for",
            field=models.CharField(max_length=10, null=True),
        ),
        migrations.AddField(
            model_name="command",
            name="gateway_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="stationlink",
            name="ocpp_error_code",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="stationlink",
            name="ocpp_status",
            field=models.CharField(max_length=20, null=True),
        ),
        migrations.AddField(
            model_name="stationlink",
            name="ocpp_status_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="command",
            index=models.Index(condition=models.Q(("state", "sent")), fields=["gateway_id"], name="command_unanswered"),
        ),
        migrations.AddIndex(
            model_name="command",
            index=models.Index(condition=models.Q(("state", "requested")), fields=["expires_at"], name="command_expiring"),
        ),
        migrations.AddIndex(
            model_name="command",
            index=models.Index(fields=["station", "-id"], name="command_station"),
        ),
        migrations.RunSQL(BEFORE.reverse_sql, BEFORE.sql),
        AFTER,
    ]
