"""Months of members' monthly fees."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from forecourt.audit.sql import audited
from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_guards"),
        ("teams", "0005_runs_and_rights"),
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberFeePurchase",
            fields=[
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("organisation_id", models.BigIntegerField(editable=False)),
                ("operator_id", models.BigIntegerField(editable=False)),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("month", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("paid_at", models.DateTimeField(null=True)),
                ("transaction_id", models.BigIntegerField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(max_length=40, null=True)),
                ("fee", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="purchases", to="teams.memberfee")),
                (
                    "member",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="fee_purchases", to="teams.teammember"),
                ),
                ("team", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.team")),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("organisation_id"), models.OrderBy(models.F("id"), descending=True), name="member_fee_purchase_organisati"
                    ),
                    models.Index(
                        models.F("operator_id"), models.OrderBy(models.F("id"), descending=True), name="member_fee_purchase_operator"
                    ),
                    models.Index(models.F("team_id"), models.OrderBy(models.F("id"), descending=True), name="member_fee_purchase_team"),
                    models.Index(condition=models.Q(("paid_at", None)), fields=["tried_at"], name="member_fee_unpaid"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "month"), name="member_owes_a_month_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid_at", None), ("transaction_id", None)),
                            models.Q(("paid_at__isnull", False), ("transaction_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="member_fee_paid_by_a_transaction",
                    ),
                ],
            },
        ),
        guards.touch("billing_memberfeepurchase"),
        audited("billing_memberfeepurchase", "TeamMemberFeePurchase", name="month", ignore=("tried_at",)),
    ]
