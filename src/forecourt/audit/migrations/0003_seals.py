"""
What is recorded waits in `audit_pending` until the sealer moves it into `audit_event`, encrypted and chained.

What was recorded before becomes pending again. It is one transaction: no change is recorded in between.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from forecourt.audit import sealing_sql, sql


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_parents")]

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("organisation_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={"db_table": "audit_chain"},
        ),
        migrations.CreateModel(
            name="PersonKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("holder", models.TextField()),
                ("person_id", models.BigIntegerField(null=True)),
                ("key_encrypted", models.BinaryField(null=True)),
                ("destroyed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "audit_person_key",
                "indexes": [
                    models.Index(fields=["person_id"], name="audit_person_key_person"),
                    models.Index(fields=["holder"], name="audit_person_key_holder"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("destroyed_at", None)), fields=("holder",), name="one_living_key_per_holder"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("destroyed_at__isnull", False), ("key_encrypted", None)),
                            models.Q(("destroyed_at", None), ("key_encrypted__isnull", False)),
                            _connector="OR",
                        ),
                        name="destroyed_key_is_gone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemName",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("operator_id", models.BigIntegerField(null=True)),
                ("entity_type", models.CharField(max_length=40)),
                ("entity_id", models.BigIntegerField()),
                ("name", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "key",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="audit.personkey"),
                ),
            ],
            options={
                "db_table": "audit_item_name",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entity_type", "entity_id", "name", "organisation_id", "operator_id"),
                        name="audit_name_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE INDEX audit_item_name_words ON audit_item_name USING gin (name gin_trgm_ops)", "DROP INDEX audit_item_name_words"
        ),
        migrations.RunSQL(sealing_sql.PENDING_TABLE, "DROP TABLE audit_pending"),
        migrations.RunSQL(sealing_sql.RECORD_PENDING, sql.RECORD_FUNCTION),
        migrations.RunSQL(sealing_sql.UNSEAL_LANDED, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField("event", "person_id", models.BigIntegerField(null=True)),
                migrations.AddField("event", "sequence", models.BigIntegerField(default=0), preserve_default=False),
                migrations.AddField("event", "hash", models.BinaryField(default=b""), preserve_default=False),
                migrations.AlterField("event", "action", models.CharField(max_length=20)),
            ],
            database_operations=[migrations.RunSQL(sealing_sql.SEALED_COLUMNS, sealing_sql.UNDO_SEALED_COLUMNS)],
        ),
        migrations.RunSQL(sealing_sql.CANONICAL_FUNCTIONS + sealing_sql.SEAL_FUNCTION, sealing_sql.UNDO_FUNCTIONS),
        migrations.RunSQL(sealing_sql.REFUSE_FUNCTION, sealing_sql.UNDO_REFUSE_FUNCTION),
    ]
