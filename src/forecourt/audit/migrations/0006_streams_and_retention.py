"""Streams, retention with tombstones, exports and checks of chains."""

import django.db.models.functions.datetime
from django.db import migrations, models

from forecourt.audit import retention_sql
from forecourt.audit.sql import audited
from forecourt.kit import guards

# How sending goes is no change of what somebody set.
NOT_RECORDED = ("cursor", "sequence", "delivered_at", "attempts", "failing_since", "last_error", "next_attempt_at", "leased_until")


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0005_indexes_by_place"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChainCheck",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("asked_by_id", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("has_failed", models.BooleanField(db_default=False, default=False)),
                ("checked", models.BigIntegerField(db_default=0, default=0)),
                ("total", models.BigIntegerField(db_default=0, default=0)),
                ("breaks", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
            ],
            options={
                "db_table": "audit_check",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("finished_at",),
                        name="one_running_chain_check",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LogExport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("scope", models.JSONField()),
                ("filters", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("ready", "Ready"), ("failed", "Failed")],
                        db_default="running",
                        default="running",
                        max_length=7,
                    ),
                ),
                ("rows_done", models.IntegerField(db_default=0, default=0)),
                ("rows_total", models.IntegerField(db_default=0, default=0)),
                ("file_id", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "audit_export",
                "indexes": [models.Index(fields=["person_id", "-id"], name="audit_export_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")), fields=("person_id",), name="one_running_log_export_per_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("organisation_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("months", models.SmallIntegerField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "audit_retention",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("months__gte", 12), ("months__lte", 120)), name="retention_is_one_to_ten_years"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("kind", models.CharField(choices=[("https", "Https"), ("file", "File")], max_length=5)),
                ("url", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("secret_encrypted", models.BinaryField(null=True)),
                ("is_on", models.BooleanField(db_default=True, default=True)),
                ("cursor", models.BigIntegerField(db_default=0, default=0)),
                ("sequence", models.BigIntegerField(db_default=0, default=0)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(db_default=0, default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "audit_stream",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id",), name="one_stream_per_organisation", nulls_distinct=False),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "file"), ("url", "")),
                            models.Q(("kind", "https"), ("secret_encrypted__isnull", False), models.Q(("url", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="https_stream_has_address_and_secret",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("given_up_at", None), ("is_on", False), _connector="OR"), name="given_up_stream_is_off"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation_id", models.BigIntegerField()),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("hash_before", models.BinaryField()),
                ("hash_after", models.BinaryField()),
                ("removed_at", models.DateTimeField()),
                ("signature", models.BinaryField()),
            ],
            options={
                "db_table": "audit_tombstone",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "first"), name="one_tombstone_per_place"),
                    models.CheckConstraint(
                        condition=models.Q(("first__gte", 1), ("last__gte", models.F("first"))), name="tombstone_stands_for_events"
                    ),
                ],
            },
        ),
        guards.touch("audit_stream", "audit_retention"),
        guards.append_only("audit_tombstone"),
        audited("audit_stream", "AuditStream", name="url", ignore=NOT_RECORDED),
        audited("audit_retention", "AuditRetention", name="months"),
        migrations.RunSQL(retention_sql.FUNCTIONS, retention_sql.DROP_FUNCTIONS),
    ]
