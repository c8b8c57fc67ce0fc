"""
Raw samples are only written; they are not vacuumed for it.

Charges get room for three versions of each on their page (an unfinished one of each of two committing processes, and the
one before): a version that has to move to another page costs an entry in twenty indexes.
"""

from django.db import migrations

from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("charging", "0007_changes"), ("kit", "0003_storage_parameters")]
    operations = [
        guards.only_grows("meter_value"),
        migrations.RunSQL("ALTER TABLE charging_charge SET (fillfactor = 30)", "ALTER TABLE charging_charge SET (fillfactor = 50)"),
    ]
