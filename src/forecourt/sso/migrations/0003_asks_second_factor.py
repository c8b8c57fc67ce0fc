"""A provider may be known to ask everybody for a second factor, though its tokens do not say so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sso", "0002_directories")]
    operations = [
        migrations.AddField(
            model_name="identityprovider", name="asks_second_factor", field=models.BooleanField(db_default=False, default=False)
        ),
    ]
