"""
What stations report of a charge point is written in place: no audit function for it, no new index entries for a meter reading.

The audit trigger is not even called by an UPDATE that names only columns it ignores, and a meter reading alone does not change
`updated_at`, by which partners page: the status that comes with it does.
"""

import django.db.models.deletion
from django.db import migrations, models

IGNORED = "state,state_since,ocpp_status,ocpp_error_code,ocpp_status_at,is_cable_plugged_in,last_meter_wh,held_for"
RECORD = f"ON network_chargepoint FOR EACH ROW EXECUTE FUNCTION audit_record('ChargePoint', 'name', '{IGNORED}', '', '', '')"
TOUCH = "ON network_chargepoint FOR EACH ROW EXECUTE FUNCTION forecourt_touch()"
DROP = "DROP TRIGGER audit ON network_chargepoint; DROP TRIGGER touch ON network_chargepoint;"
ON_THESE = f"""
{DROP}
DO $do$
DECLARE
  ignored text[] := string_to_array('{IGNORED}', ',') || ARRAY['created_at', 'updated_at'];
  audited text;
  touching text;
BEGIN
  SELECT string_agg(quote_ident(attname), ', ') FILTER (WHERE attname <> ALL (ignored)),
         string_agg(quote_ident(attname), ', ') FILTER (WHERE attname <> 'last_meter_wh')
    INTO STRICT audited, touching
    FROM pg_attribute WHERE attrelid = 'network_chargepoint'::regclass AND attnum > 0 AND NOT attisdropped;
  EXECUTE 'CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF ' || audited || $sql$ {RECORD} $sql$;
  EXECUTE 'CREATE TRIGGER touch BEFORE UPDATE OF ' || touching || ' {TOUCH}';
END $do$;
ALTER TABLE network_chargepoint SET (fillfactor = 50);
"""  # noqa: S608 - built of constants
ON_ALL = f"""
{DROP}
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE {RECORD};
CREATE TRIGGER touch BEFORE UPDATE {TOUCH};
ALTER TABLE network_chargepoint SET (fillfactor = 80);
"""  # noqa: S608 - built of constants


class Migration(migrations.Migration):
    dependencies = [("network", "0006_key_restrictions")]
    operations = [
        migrations.RunSQL(ON_THESE, ON_ALL),
        migrations.AlterField(
            "chargepoint",
            "operator",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="operators.operator"),
        ),
        migrations.AlterField(
            "chargepoint",
            "team",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="charge_points", to="teams.team"),
        ),
    ]
