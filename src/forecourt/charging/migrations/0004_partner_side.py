"""Whose the partner's own fields on a charge are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("charging", "0003_session")]
    operations = [
        migrations.AddField(
            "charge", "partner_side",
            models.CharField(choices=[("owner", "Owner"), ("payer", "Payer")], db_default="owner", default="owner", max_length=5),
        ),
    ]  # fmt: skip
