"""
SQL of retention: how long each kind of event is kept at least, and the one function that removes what is older.

It runs with the owner's rights and reads the database's own clock; the product's role can delete nothing by itself. The
signature is checked by `forecourt audit verify`: the database does not know the key.
"""

# What decides about money is kept five years (bookkeeping law), whatever the organisation chose.
FUNCTIONS = """
CREATE FUNCTION audit_kept_months(entity_type text, months integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN entity_type IN ('Charge', 'ExchangeRate', 'FeeAgreement', 'MemberGroupPricing', 'MemberPricing', 'NestedTeamPricing',
    'OperatorWalletRule', 'PriceGroup', 'PriceVersion', 'TeamMemberFee', 'TeamTemplatePricing', 'WalletTransaction')
    THEN greatest(months, 60) ELSE months END $$;

CREATE FUNCTION audit_months_of(chain bigint) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT r.months FROM audit_retention r WHERE r.organisation_id = chain), 24) $$;

CREATE FUNCTION audit_hash_at(chain bigint, place bigint, before_id bigint) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN place = 0 THEN decode(repeat('00', 32), 'hex') ELSE coalesce(
    (SELECT t.hash_after FROM audit_tombstone t WHERE t.organisation_id = chain AND t.last = place),
    (SELECT e.hash FROM audit_event e WHERE e.organisation_id = chain AND e.id < before_id AND e.sequence = place ORDER BY e.id DESC LIMIT 1),
    (SELECT e.hash FROM audit_event e WHERE chain = 0 AND e.organisation_id IS NULL AND e.id < before_id AND e.sequence = place
       ORDER BY e.id DESC LIMIT 1)) END $$;

CREATE FUNCTION audit_remove(chain bigint, first bigint, last bigint, first_id bigint, last_id bigint, before bytea, after bytea,
                             removed_at timestamptz, signature bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  months integer := audit_months_of(chain);
  gone record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('forecourt_audit_remove'));
  IF audit_hash_at(chain, first - 1, first_id) IS DISTINCT FROM before THEN
    RAISE EXCEPTION 'nothing with that hash stands before number %', first USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM set_config('forecourt.audit_removing', 'yes', true);
  WITH removed AS (
    DELETE FROM audit_event e
      WHERE e.id BETWEEN first_id AND last_id AND coalesce(e.organisation_id, 0) = chain
        AND e.occurred_at < now() - make_interval(months => greatest(months, 12))
        AND e.occurred_at < now() - make_interval(months => audit_kept_months(e.entity_type, months))
      RETURNING e.sequence, e.hash
  )
  SELECT count(*) AS events, min(r.sequence) AS lowest, max(r.sequence) AS highest, (array_agg(r.hash ORDER BY r.sequence DESC))[1] AS hash
    INTO gone FROM removed r;
  PERFORM set_config('forecourt.audit_removing', '', true);
  IF gone.events <> last - first + 1 OR gone.lowest <> first OR gone.highest <> last OR gone.hash <> after THEN
    RAISE EXCEPTION 'numbers % to % are not all there, or not all old enough', first, last USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit_tombstone (organisation_id, first, last, hash_before, hash_after, removed_at, signature)
    VALUES (chain, first, last, before, after, removed_at, signature);
END $$;

CREATE FUNCTION audit_drop_empty_partitions() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  child record;
  is_empty boolean;
  dropped integer := 0;
BEGIN
  FOR child IN
    SELECT c.oid::regclass AS name, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz AS until_at
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit_event'::regclass
  LOOP
    CONTINUE WHEN child.until_at IS NULL OR child.until_at > now() - interval '12 months';
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', child.name) INTO is_empty;
    CONTINUE WHEN NOT is_empty;
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', child.name);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', child.name) INTO is_empty;
    IF is_empty THEN
      EXECUTE format('DROP TABLE %s', child.name);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END $$;
"""
DROP_FUNCTIONS = """
DROP FUNCTION audit_drop_empty_partitions();
DROP FUNCTION audit_remove(bigint, bigint, bigint, bigint, bigint, bytea, bytea, timestamptz, bytea);
DROP FUNCTION audit_hash_at(bigint, bigint, bigint);
DROP FUNCTION audit_months_of(bigint);
DROP FUNCTION audit_kept_months(text, integer);
"""
