"""The books guard themselves: entries balance, nothing is changed, a complete transaction stays as it is."""

from django.db import migrations

from forecourt.audit.sql import audited
from forecourt.kit import guards

CHECK_AT_COMMIT = """
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_posting WHERE entry_id = NEW.entry_id GROUP BY currency HAVING sum(minor) <> 0)
  THEN RAISE EXCEPTION 'ledger entry % does not balance', NEW.entry_id USING ERRCODE = 'check_violation'; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
"""
STOP_CHECKING = "DROP FUNCTION ledger_entry_balances() CASCADE;"

SEAL_COMPLETE = """
CREATE FUNCTION ledger_transaction_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP IN ('DELETE', 'TRUNCATE') OR OLD.state = 'complete'
  THEN RAISE EXCEPTION 'a complete wallet transaction is append-only' USING ERRCODE = 'restrict_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER seal BEFORE UPDATE OR DELETE ON ledger_wallettransaction
  FOR EACH ROW EXECUTE FUNCTION ledger_transaction_is_sealed();
CREATE TRIGGER seal_truncate BEFORE TRUNCATE ON ledger_wallettransaction
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_transaction_is_sealed();
"""
UNSEAL = "DROP FUNCTION ledger_transaction_is_sealed() CASCADE;"

# A limited account never goes below zero, whatever code runs.
LIMIT = """
CREATE FUNCTION account_balance_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.minor < 0 AND (TG_OP = 'INSERT' OR NEW.minor < OLD.minor)
     AND EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.account_id AND is_limited)
  THEN RAISE EXCEPTION 'account % would be overdrawn', NEW.account_id USING ERRCODE = 'check_violation'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER holds BEFORE INSERT OR UPDATE ON account_balance FOR EACH ROW EXECUTE FUNCTION account_balance_holds();
"""
UNLIMIT = "DROP FUNCTION account_balance_holds() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(CHECK_AT_COMMIT, STOP_CHECKING),
        migrations.RunSQL(SEAL_COMPLETE, UNSEAL),
        migrations.RunSQL(LIMIT, UNLIMIT),
        guards.append_only("ledger_entry"),
        guards.append_only("ledger_posting"),
        guards.touch("ledger_wallet", "ledger_wallettransaction"),
        audited("ledger_wallettransaction", "WalletTransaction", name="kind", humans_only=True),
        migrations.RunSQL("ALTER TABLE account_balance SET (fillfactor = 50)", migrations.RunSQL.noop),
    ]
