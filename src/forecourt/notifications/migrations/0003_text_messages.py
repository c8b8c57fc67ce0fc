"""Outgoing messages by text message."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_unread"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingemail",
            name="channel",
            field=models.CharField(choices=[("email", "Email"), ("sms", "Sms")], db_default="email", default="email", max_length=5),
        ),
    ]
