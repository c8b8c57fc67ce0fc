"""What is only written is not vacuumed for it."""

from django.db import migrations

from forecourt.kit import guards


class Migration(migrations.Migration):
    dependencies = [("gateway", "0004_event_moments"), ("kit", "0003_storage_parameters")]
    operations = [guards.only_grows("ocpp_message"), guards.only_grows("gateway_seen_message")]
