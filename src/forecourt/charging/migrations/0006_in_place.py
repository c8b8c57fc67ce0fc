"""Room for updates in place (a batch may update every charge of a page), and no index twice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("charging", "0005_erasure"),
        ("network", "0007_reports"),
        ("places", "0002_reference"),
        ("pricing", "0006_member_groups"),
        ("teams", "0005_runs_and_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("ALTER TABLE charging_charge SET (fillfactor = 50)", "ALTER TABLE charging_charge SET (fillfactor = 80)"),
        migrations.AlterField(
            model_name="charge",
            name="charge_point",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="network.chargepoint"
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="cost_version",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pricing.priceversion"
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="country",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.country"),
        ),
        migrations.AlterField(
            model_name="charge",
            name="payer_team",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team"
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="person",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="station",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.station"
            ),
        ),
    ]
