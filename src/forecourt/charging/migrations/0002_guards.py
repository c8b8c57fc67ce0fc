"""A completed charge stays as it is; people's actions on charges are audited, stations' never."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards

# After completion only the partner's own fields, the note and the payment session may change, and a settlement's totals
# are written with the completion itself.
SEAL = """
CREATE FUNCTION charging_charge_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.completed_at IS NOT NULL AND
     (to_jsonb(NEW) - ARRAY['updated_at', 'note', 'partner_external_id', 'partner_custom_payload', 'payment_session', 'is_suspicious', 'person_id'])
     IS DISTINCT FROM
     (to_jsonb(OLD) - ARRAY['updated_at', 'note', 'partner_external_id', 'partner_custom_payload', 'payment_session', 'is_suspicious', 'person_id'])
  THEN RAISE EXCEPTION 'completed charge % is append-only', OLD.id USING ERRCODE = 'restrict_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER seal BEFORE UPDATE ON charging_charge FOR EACH ROW WHEN (OLD.completed_at IS NOT NULL)
  EXECUTE FUNCTION charging_charge_is_sealed();
"""


class Migration(migrations.Migration):
    dependencies = [("charging", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        guards.touch("charging_charge"),
        guards.append_only("charging_signedreading"),
        migrations.RunSQL(SEAL, "DROP FUNCTION charging_charge_is_sealed() CASCADE"),
        audited("charging_charge", "Charge", name="human_readable_id", humans_only=True),
        migrations.RunSQL("ALTER TABLE charging_charge SET (fillfactor = 80)", migrations.RunSQL.noop),
    ]
