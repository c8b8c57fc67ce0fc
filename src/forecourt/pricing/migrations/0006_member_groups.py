"""Prices that a member group gives its members."""

import django.db.models.deletion
from django.db import migrations, models

from forecourt.audit.sql import audited


class Migration(migrations.Migration):
    dependencies = [("pricing", "0005_nested_and_templates"), ("teams", "0005_runs_and_rights"), ("audit", "0002_parents")]

    operations = [
        migrations.CreateModel(
            name="MemberGroupPricing",
            fields=[
                (
                    "group",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pricing",
                        serialize=False,
                        to="teams.membergroup",
                    ),
                ),
                (
                    "cost_group",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pricing.pricegroup"),
                ),
                (
                    "price_group",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pricing.pricegroup"),
                ),
            ],
        ),
        audited("pricing_membergrouppricing", "MemberGroupPricing", name="", parent=("teams_membergroup", "group_id")),
    ]
