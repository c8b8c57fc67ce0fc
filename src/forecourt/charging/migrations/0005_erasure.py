"""When a person is erased, a completed charge forgets the key that started it. Nothing else does, and nobody else may."""

from django.db import migrations

FORGETTABLE = (
    "CASE WHEN current_setting('forecourt.erasing', true) = 'on' AND NEW.auth_id IS NULL THEN ARRAY['auth_id'] ELSE ARRAY[]::text[] END"
)
OPEN = "ARRAY['updated_at', 'note', 'partner_external_id', 'partner_custom_payload', 'payment_session', 'is_suspicious', 'person_id']"
SEAL = """
CREATE OR REPLACE FUNCTION charging_charge_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  free text[] := {free};
BEGIN
  IF OLD.completed_at IS NOT NULL AND (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free)
  THEN RAISE EXCEPTION 'completed charge % is append-only', OLD.id USING ERRCODE = 'restrict_violation'; END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("charging", "0004_partner_side")]
    operations = [migrations.RunSQL(SEAL.format(free=f"{OPEN} || {FORGETTABLE}"), SEAL.format(free=OPEN))]
