"""Where a charge key may pay: it narrows what its member or team may."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0005_audit")]

    operations = [
        migrations.AddField(
            model_name="chargekey",
            name=name,
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, null=True, size=None),
        )
        for name in ("pays_in_country_ids", "pays_at_operator_ids")
    ]
