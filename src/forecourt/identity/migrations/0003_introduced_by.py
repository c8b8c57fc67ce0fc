"""Who introduced a person: an integration may put them into its teams by their id, nobody else's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="introduced_by_id",
            field=models.BigIntegerField(editable=False, null=True),
        ),
    ]
