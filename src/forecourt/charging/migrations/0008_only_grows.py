"""Raw samples are only written; they are not vacuumed for it."""

from django.db import migrations

from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("charging", "0007_changes"), ("kit", "0003_storage_parameters")]
    operations = [guards.only_grows("meter_value")]
