"""The answer to a station's call stands in the call's row: half the rows, half the index."""

from django.db import migrations, models

ADD = "ALTER TABLE ocpp_message ADD COLUMN answered_at timestamptz, ADD COLUMN answer text"
# Going back, answers become rows again.
DROP = """
INSERT INTO ocpp_message (at, station_id, number, direction, type, message_id, action, frame)
  SELECT answered_at, station_id, number, 'out', CASE WHEN answer LIKE '[4%' THEN 4 ELSE 3 END, message_id, action, answer
  FROM ocpp_message WHERE answer IS NOT NULL;
ALTER TABLE ocpp_message DROP COLUMN answered_at, DROP COLUMN answer;
"""


class Migration(migrations.Migration):
    dependencies = [("gateway", "0002_fillfactor")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField("ocppmessage", "answered_at", models.DateTimeField(null=True)),
                migrations.AddField("ocppmessage", "answer", models.TextField(null=True)),
            ],
            database_operations=[migrations.RunSQL(ADD, DROP)],
        )
    ]
