"""
SQL of the audit trigger since 0008: what a change costs is paid by whoever waits for it, so whatever can wait is the sealer's.

A row that comes or goes is written down whole, not as pairs of before and after (`is_whole`): the sealer makes them. Of a row that
changes, `hstore` finds the columns that differ; it compares fifty columns in a fifth of the time that `jsonb` takes. Since 0009 the
few that differ are made `jsonb` one by one, by the type that the catalogue gives: turning both whole rows took 22 of 54 microseconds.
"""

# Arguments: as in `sql.py`, and seventh the column with the person whom the row belongs to (`person_id` unless said).
RECORD_CHEAPLY = """
CREATE OR REPLACE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  secret CONSTANT text := '_hash$|^password|secret|_encrypted$';
  ignored CONSTANT text[] := string_to_array(TG_ARGV[2], ',') || ARRAY['updated_at', 'created_at'];
  verb text := CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'DELETE' THEN 'deleted' ELSE 'updated' END;
  before_row jsonb;
  subject jsonb;
  changed hstore;
  changed_column text;
  difference jsonb := '{}';
  parent jsonb;
  actor jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    changed := hstore(NEW) - hstore(OLD) - ignored;
    IF changed = '' THEN RETURN NULL; END IF;
    before_row := to_jsonb(OLD);
    subject := to_jsonb(NEW);
    FOREACH changed_column IN ARRAY akeys(changed) LOOP
      CONTINUE WHEN before_row -> changed_column = subject -> changed_column;  -- 1.0 and 1.00 are one number
      difference := difference || jsonb_build_object(changed_column, CASE WHEN changed_column ~ secret THEN '["•••", "•••"]'::jsonb
        ELSE jsonb_build_array(before_row -> changed_column, subject -> changed_column) END);
    END LOOP;
    IF difference = '{}' THEN RETURN NULL; END IF;
    IF before_row ->> 'deleted_at' IS NULL AND subject ->> 'deleted_at' IS NOT NULL THEN verb := 'deleted'; END IF;
  ELSE
    subject := CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
    difference := subject - ignored;
    IF difference::text ~ 'hash|password|secret|encrypted' THEN
      SELECT difference || coalesce(jsonb_object_agg(key, '"•••"'::jsonb), '{}') INTO difference
        FROM jsonb_object_keys(difference) AS key WHERE key ~ secret AND difference ->> key IS NOT NULL;
    END IF;
  END IF;
  IF TG_ARGV[3] <> '' THEN subject := subject || jsonb_build_object(TG_ARGV[3], subject -> 'id'); END IF;
  IF TG_ARGV[4] <> '' THEN
    EXECUTE format('SELECT to_jsonb(p) FROM (SELECT id, organisation_id, operator_id, team_id FROM %I WHERE id = $1) p', TG_ARGV[4])
      INTO parent USING (subject ->> TG_ARGV[5])::bigint;
    subject := coalesce(parent, '{}') || subject;
  END IF;
  actor := coalesce(nullif(current_setting('forecourt.actor', true), '')::jsonb, '{"kind": "system", "id": 0, "name": "database"}');
  INSERT INTO audit_pending (occurred_at, organisation_id, operator_id, team_id, person_id, action, entity_type, entity_id, entity_name,
                             actor_kind, actor_id, actor_name, changes, context, is_whole)
  VALUES (clock_timestamp(), (subject ->> 'organisation_id')::bigint, (subject ->> 'operator_id')::bigint, (subject ->> 'team_id')::bigint,
          (subject ->> CASE TG_ARGV[0] WHEN 'User' THEN 'id' WHEN 'Team' THEN 'owner_id' ELSE coalesce(nullif(TG_ARGV[6], ''), 'person_id') END)::bigint,
          verb, TG_ARGV[0], (subject ->> 'id')::bigint, coalesce(subject ->> TG_ARGV[1], ''),
          actor ->> 'kind', (actor ->> 'id')::bigint, actor ->> 'name', difference,
          coalesce(actor -> 'context', '{}') || CASE WHEN subject ->> 'currency' IS NULL THEN '{}' ELSE jsonb_build_object('currency', subject -> 'currency') END,
          TG_OP <> 'UPDATE');
  RETURN NULL;
END $$;
"""

# Both rows are made `jsonb` only for a column of a rare type (`jsonb`, an array).
RECORD_DIFFERENCES = """
CREATE OR REPLACE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  secret CONSTANT text := '_hash$|^password|secret|_encrypted$';
  ignored CONSTANT text[] := string_to_array(TG_ARGV[2], ',') || ARRAY['updated_at', 'created_at'];
  verb text := CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'DELETE' THEN 'deleted' ELSE 'updated' END;
  before_row hstore;
  after_row hstore;
  subject jsonb;
  changed_column text;
  kind regtype;
  was text;
  became text;
  whole_before jsonb;
  whole_after jsonb;
  pair jsonb;
  difference jsonb := '{}';
  parent jsonb;
  actor jsonb;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before_row := hstore(OLD);
    after_row := hstore(NEW);
    FOREACH changed_column IN ARRAY akeys(after_row - before_row - ignored) LOOP
      kind := (SELECT atttypid FROM pg_attribute WHERE attrelid = TG_RELID AND attname = changed_column);
      was := before_row -> changed_column;
      became := after_row -> changed_column;
      IF changed_column ~ secret THEN
        pair := '["•••", "•••"]';
      ELSIF kind IN ('text'::regtype, 'varchar'::regtype) THEN
        pair := jsonb_build_array(was, became);
      ELSIF kind IN ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype, 'numeric'::regtype) THEN
        CONTINUE WHEN was::numeric = became::numeric;  -- 1.0 and 1.00 are one number
        pair := jsonb_build_array(was::numeric, became::numeric);
      ELSIF kind = 'boolean'::regtype THEN
        pair := jsonb_build_array(was::boolean, became::boolean);
      ELSIF kind = 'timestamptz'::regtype THEN
        pair := jsonb_build_array(was::timestamptz, became::timestamptz);
      ELSE
        whole_before := coalesce(whole_before, to_jsonb(OLD));
        whole_after := coalesce(whole_after, to_jsonb(NEW));
        pair := jsonb_build_array(whole_before -> changed_column, whole_after -> changed_column);
        CONTINUE WHEN pair -> 0 = pair -> 1;
      END IF;
      difference := difference || jsonb_build_object(changed_column, pair);
    END LOOP;
    IF difference = '{}' THEN RETURN NULL; END IF;
    IF before_row -> 'deleted_at' IS NULL AND after_row -> 'deleted_at' IS NOT NULL THEN verb := 'deleted'; END IF;
    subject := hstore_to_jsonb(slice(after_row, ARRAY['id', 'organisation_id', 'operator_id', 'team_id', 'owner_id', 'person_id', 'currency',
      TG_ARGV[1], TG_ARGV[5], TG_ARGV[6]]));
  ELSE
    subject := CASE TG_OP WHEN 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
    difference := subject - ignored;
    IF difference::text ~ 'hash|password|secret|encrypted' THEN
      SELECT difference || coalesce(jsonb_object_agg(key, '"•••"'::jsonb), '{}') INTO difference
        FROM jsonb_object_keys(difference) AS key WHERE key ~ secret AND difference ->> key IS NOT NULL;
    END IF;
  END IF;
  IF TG_ARGV[3] <> '' THEN subject := subject || jsonb_build_object(TG_ARGV[3], subject -> 'id'); END IF;
  IF TG_ARGV[4] <> '' THEN
    EXECUTE format('SELECT to_jsonb(p) FROM (SELECT id, organisation_id, operator_id, team_id FROM %I WHERE id = $1) p', TG_ARGV[4])
      INTO parent USING (subject ->> TG_ARGV[5])::bigint;
    subject := coalesce(parent, '{}') || subject;
  END IF;
  actor := coalesce(nullif(current_setting('forecourt.actor', true), '')::jsonb, '{"kind": "system", "id": 0, "name": "database"}');
  INSERT INTO audit_pending (occurred_at, organisation_id, operator_id, team_id, person_id, action, entity_type, entity_id, entity_name,
                             actor_kind, actor_id, actor_name, changes, context, is_whole)
  VALUES (clock_timestamp(), (subject ->> 'organisation_id')::bigint, (subject ->> 'operator_id')::bigint, (subject ->> 'team_id')::bigint,
          (subject ->> CASE TG_ARGV[0] WHEN 'User' THEN 'id' WHEN 'Team' THEN 'owner_id' ELSE coalesce(nullif(TG_ARGV[6], ''), 'person_id') END)::bigint,
          verb, TG_ARGV[0], (subject ->> 'id')::bigint, coalesce(subject ->> TG_ARGV[1], ''),
          actor ->> 'kind', (actor ->> 'id')::bigint, actor ->> 'name', difference,
          coalesce(actor -> 'context', '{}') || CASE WHEN subject ->> 'currency' IS NULL THEN '{}' ELSE jsonb_build_object('currency', subject -> 'currency') END,
          TG_OP <> 'UPDATE');
  RETURN NULL;
END $$;
"""

# A worker of the version before knows no whole rows: it finds its function gone and seals nothing until it is replaced.
WHOLE_ROWS = """
ALTER TABLE audit_pending ADD COLUMN is_whole boolean NOT NULL DEFAULT false;
ALTER FUNCTION audit_seal(jsonb) RENAME TO audit_seal_pending;
"""
NO_WHOLE_ROWS = """
ALTER FUNCTION audit_seal_pending(jsonb) RENAME TO audit_seal;
UPDATE audit_pending p SET changes = coalesce((
  SELECT jsonb_object_agg(key, CASE p.action WHEN 'created' THEN jsonb_build_array(NULL, value) ELSE jsonb_build_array(value, NULL) END)
  FROM jsonb_each(p.changes) WHERE value <> 'null'), '{}') WHERE is_whole;
ALTER TABLE audit_pending DROP COLUMN is_whole;
"""
