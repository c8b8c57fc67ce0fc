"""Holds by key, and what a currency movement or refund must remember."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0002_guards")]

    operations: ClassVar = [
        migrations.AddField("wallettransaction", "rate_on", models.DateField(null=True)),
        migrations.AddField(
            "wallettransaction", "from_rounding", models.DecimalField(max_digits=11, decimal_places=10, db_default=0, default=0)
        ),
        migrations.AddField(
            "wallettransaction", "to_rounding", models.DecimalField(max_digits=11, decimal_places=10, db_default=0, default=0)
        ),
        migrations.AddField("wallettransaction", "refund_percentage", models.DecimalField(max_digits=7, decimal_places=4, null=True)),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("funds_minor", models.BigIntegerField(db_default=0)),
                ("credit_minor", models.BigIntegerField(db_default=0)),
                ("held_at", models.DateTimeField()),
                ("releases", models.IntegerField(db_default=0, default=0)),
                ("released_at", models.DateTimeField(null=True)),
                ("wallet", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.wallet")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(funds_minor__gte=0, credit_minor__gte=0), name="hold_is_not_negative"),
                ],
            },
        ),
    ]
