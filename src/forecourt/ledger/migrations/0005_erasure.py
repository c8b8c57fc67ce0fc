"""When a person is erased, the notes on their complete wallet transactions go. Nothing else does, and nobody else may."""

from django.db import migrations

SEAL = """
CREATE OR REPLACE FUNCTION ledger_transaction_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('DELETE', 'TRUNCATE') OR OLD.state = 'complete' {unless}
  THEN RAISE EXCEPTION 'a complete wallet transaction is append-only' USING ERRCODE = 'restrict_violation'; END IF;
  RETURN NEW;
END $$;
"""
FORGETTING = """AND NOT (current_setting('forecourt.erasing', true) = 'on' AND NEW.note IS NULL
     AND (to_jsonb(NEW) - ARRAY['note', 'updated_at']) = (to_jsonb(OLD) - ARRAY['note', 'updated_at']))"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_audit")]
    operations = [migrations.RunSQL(SEAL.format(unless=FORGETTING), SEAL.format(unless=""))]
