"""My Account: what a person's row says, one-time codes, data exports."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_introduced_by"),
        ("places", "0002_reference"),
    ]

    operations = [
        migrations.CreateModel(
            name="DataExport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("ready", "Ready"), ("failed", "Failed")],
                        db_default="running",
                        default="running",
                        max_length=7,
                    ),
                ),
                ("parts_done", models.SmallIntegerField(db_default=0, default=0)),
                ("parts_total", models.SmallIntegerField(db_default=0, default=0)),
                ("file_id", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("email", "Email"), ("phone", "Phone"), ("sign_up", "Sign Up")], max_length=8)),
                ("code_hash", models.BinaryField(null=True)),
                ("payload", models.BinaryField()),
                ("tries_left", models.SmallIntegerField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name="person",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="erasure_asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="erasure_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="legal_email",
            field=models.EmailField(blank=True, max_length=254, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="marketing_emails_accepted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="picture_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="recipient_code",
            field=models.CharField(blank=True, max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="tax_identification_number",
            field=models.CharField(blank=True, max_length=40, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="terms_read_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="vat_number",
            field=models.CharField(blank=True, max_length=30, null=True),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("erasure_due_at__isnull", False)), fields=["erasure_due_at"], name="person_erasure_due"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("erasure_asked_at", None), ("erasure_due_at", None)),
                    ("erasure_due_at__gte", models.F("erasure_asked_at")),
                    _connector="OR",
                ),
                name="erasure_is_due_after_it_was_asked",
            ),
        ),
        migrations.AddField(
            model_name="dataexport",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="exports", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="onetimecode",
            name="person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="codes", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="dataexport",
            index=models.Index(fields=["person", "-id"], name="export_newest"),
        ),
        migrations.AddConstraint(
            model_name="dataexport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("person",), name="one_running_export_per_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="onetimecode",
            constraint=models.UniqueConstraint(fields=("person", "kind"), name="one_code_per_person_and_kind"),
        ),
        migrations.AddConstraint(
            model_name="onetimecode",
            constraint=models.CheckConstraint(condition=models.Q(("tries_left__gte", 0)), name="code_tries_do_not_go_below_zero"),
        ),
    ]
