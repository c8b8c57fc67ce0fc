"""A pair of tokens knows when the secret that its chain began with ends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0007_previous_secret")]
    operations = [migrations.AddField("token", "ends_at", models.DateTimeField(null=True))]
