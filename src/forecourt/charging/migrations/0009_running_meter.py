"""
What the meter of a running charge said last, in a narrow table: the hot path writes it with every message.

Ten versions of a row fit on its page, so that updates stay in place while others' transactions hold back old versions.
Charges need that room no more (0008): most of what still changes of them is indexed.
"""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
INSERT INTO charging_runningmeter (charge_id, wh, at, power_w, soc_percent)
SELECT id, meter_last_wh, meter_last_at, power_w, soc_percent FROM charging_charge
WHERE started_at IS NOT NULL AND stopped_at IS NULL AND meter_last_wh IS NOT NULL AND meter_last_at IS NOT NULL
"""
GIVE_BACK = """
UPDATE charging_charge c SET meter_last_wh = m.wh, meter_last_at = m.at, power_w = m.power_w, soc_percent = m.soc_percent
FROM charging_runningmeter m WHERE m.charge_id = c.id
"""
# Not at most once a minute (0003): what comes with every message has left the row.
TOUCH = """
DROP TRIGGER touch ON charging_charge;
CREATE TRIGGER touch BEFORE UPDATE ON charging_charge FOR EACH ROW EXECUTE FUNCTION forecourt_touch();
"""
TOUCH_SELDOM = """
DROP TRIGGER touch ON charging_charge;
CREATE TRIGGER touch BEFORE UPDATE ON charging_charge FOR EACH ROW
  WHEN (OLD.meter_last_at IS NOT DISTINCT FROM NEW.meter_last_at OR OLD.state <> NEW.state OR OLD.updated_at < now() - interval '1 minute')
  EXECUTE FUNCTION forecourt_touch();
"""
ROOM = """
ALTER TABLE charging_runningmeter SET (fillfactor = 10);
ALTER TABLE charging_charge SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [("charging", "0008_room")]
    operations = [
        migrations.CreateModel(
            name="RunningMeter",
            fields=[
                (
                    "charge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="meter",
                        serialize=False,
                        to="charging.charge",
                    ),
                ),
                ("wh", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("power_w", models.IntegerField(null=True)),
                ("soc_percent", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
            ],
        ),
        migrations.RunSQL(ROOM, "ALTER TABLE charging_charge SET (fillfactor = 30)"),
        migrations.RunSQL(KEEP, GIVE_BACK),
        migrations.RunSQL(TOUCH, TOUCH_SELDOM),
        migrations.RemoveField("charge", "meter_last_at"),
        migrations.RemoveField("charge", "meter_last_wh"),
        migrations.RemoveField("charge", "power_w"),
    ]
