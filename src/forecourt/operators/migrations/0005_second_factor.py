"""An account may require a second factor of its people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operators", "0004_theme_guards")]
    operations = [
        migrations.AddField(
            model_name="operator", name="requires_second_factor", field=models.BooleanField(db_default=False, default=False)
        ),
    ]
