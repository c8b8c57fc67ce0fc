"""Whether somebody chose the price for one charge: starting it again keeps that."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("charging", "0009_running_meter"),
    ]

    operations = [
        migrations.AddField(
            model_name="charge",
            name="is_price_forced",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
