"""Every team takes requests; whether they need somebody's yes is `accepts_joins_at_once`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("teams", "0008_changes")]

    operations = [migrations.RemoveField("team", "accepts_join_requests")]
