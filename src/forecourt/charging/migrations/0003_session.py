"""
What the station was told about the id tag; a small index of unfinished charges; meter values touch `updated_at` at most once a minute.

`updated_at` is indexed, so a change of it on every meter value would rewrite fifteen index entries fifteen thousand times a second.
"""

from django.db import migrations, models
from django.db.models import Q

TOUCH = """
DROP TRIGGER touch ON charging_charge;
CREATE TRIGGER touch BEFORE UPDATE ON charging_charge FOR EACH ROW
  WHEN (OLD.meter_last_at IS NOT DISTINCT FROM NEW.meter_last_at OR OLD.state <> NEW.state OR OLD.updated_at < now() - interval '1 minute')
  EXECUTE FUNCTION forecourt_touch();
"""
TOUCH_ALWAYS = """
DROP TRIGGER touch ON charging_charge;
CREATE TRIGGER touch BEFORE UPDATE ON charging_charge FOR EACH ROW EXECUTE FUNCTION forecourt_touch();
"""


class Migration(migrations.Migration):
    dependencies = [("charging", "0002_guards")]
    operations = [
        migrations.AddField("charge", "auth_status", models.CharField(max_length=12, null=True)),
        migrations.AddIndex(
            "charge", models.Index(fields=["charge_point"], condition=~Q(state="completed"), name="charge_unfinished_here")
        ),
        migrations.RunSQL(TOUCH, TOUCH_ALWAYS),
    ]
