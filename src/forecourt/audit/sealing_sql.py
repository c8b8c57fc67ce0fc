"""
SQL of the sealed log: the trigger that writes what is pending, the function that seals it, and the one that removes what
retention allows. The last two run with the owner's rights: the product's role has none to change or delete an event.
"""

# Arguments: as in `sql.py`, and seventh the column with the person whom the row belongs to (`person_id` unless said).
RECORD_PENDING = """
CREATE OR REPLACE FUNCTION audit_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  after_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  subject jsonb := coalesce(after_row, before_row);
  ignored text[] := string_to_array(TG_ARGV[2], ',') || ARRAY['updated_at', 'created_at'];
  actor jsonb := coalesce(nullif(current_setting('forecourt.actor', true), '')::jsonb, '{"kind": "system", "id": 0, "name": "database"}');
  parent jsonb;
  difference jsonb;
  verb text := CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'DELETE' THEN 'deleted' ELSE 'updated' END;
BEGIN
  SELECT jsonb_object_agg(key, CASE WHEN key ~ '(_hash$|^password|secret|_encrypted$)' THEN '["•••", "•••"]'::jsonb
                                    ELSE jsonb_build_array(before_row -> key, after_row -> key) END)
    INTO difference FROM jsonb_object_keys(subject) AS key
    WHERE (before_row -> key) IS DISTINCT FROM (after_row -> key)
      AND NOT (coalesce(before_row -> key, 'null'::jsonb) = 'null'::jsonb AND coalesce(after_row -> key, 'null'::jsonb) = 'null'::jsonb)
      AND key <> ALL (ignored);
  IF difference IS NULL THEN RETURN NULL; END IF;
  IF TG_OP = 'UPDATE' AND before_row ->> 'deleted_at' IS NULL AND after_row ->> 'deleted_at' IS NOT NULL THEN verb := 'deleted'; END IF;
  IF TG_ARGV[3] <> '' THEN subject := subject || jsonb_build_object(TG_ARGV[3], subject -> 'id'); END IF;
  IF TG_ARGV[4] <> '' THEN
    EXECUTE format('SELECT to_jsonb(p) FROM (SELECT id, organisation_id, operator_id, team_id FROM %I WHERE id = $1) p', TG_ARGV[4])
      INTO parent USING (subject ->> TG_ARGV[5])::bigint;
    subject := coalesce(parent, '{}') || subject;
  END IF;
  INSERT INTO audit_pending (occurred_at, organisation_id, operator_id, team_id, person_id, action, entity_type, entity_id, entity_name,
                             actor_kind, actor_id, actor_name, changes, context)
  VALUES (clock_timestamp(), (subject ->> 'organisation_id')::bigint, (subject ->> 'operator_id')::bigint, (subject ->> 'team_id')::bigint,
          (subject ->> CASE TG_ARGV[0] WHEN 'User' THEN 'id' ELSE coalesce(nullif(TG_ARGV[6], ''), 'person_id') END)::bigint,
          verb, TG_ARGV[0], (subject ->> 'id')::bigint, coalesce(subject ->> TG_ARGV[1], ''),
          actor ->> 'kind', (actor ->> 'id')::bigint, actor ->> 'name', difference,
          coalesce(actor -> 'context', '{}') || CASE WHEN subject ->> 'currency' IS NULL THEN '{}' ELSE jsonb_build_object('currency', subject -> 'currency') END);
  RETURN NULL;
END $$;
"""

# A personal team belongs to its owner.
RECORD_OWNERS = RECORD_PENDING.replace("WHEN 'User' THEN 'id' ELSE", "WHEN 'User' THEN 'id' WHEN 'Team' THEN 'owner_id' ELSE")

PENDING_TABLE = """
CREATE TABLE audit_pending (
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(), id bigint GENERATED ALWAYS AS IDENTITY,
  occurred_at timestamptz NOT NULL, organisation_id bigint, operator_id bigint, team_id bigint, person_id bigint,
  action varchar(20) NOT NULL, entity_type varchar(40) NOT NULL, entity_id bigint, entity_name text NOT NULL,
  actor_kind varchar(12) NOT NULL, actor_id bigint NOT NULL, actor_name text NOT NULL, changes jsonb NOT NULL, context jsonb NOT NULL,
  PRIMARY KEY (transaction_id, id)
);
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON audit_pending FOR EACH STATEMENT EXECUTE FUNCTION forecourt_refuse_change();
"""

# What was recorded before there were seals is sealed like everything else, by the job, in batches.
UNSEAL_LANDED = """
ALTER TABLE audit_event DISABLE TRIGGER USER;
INSERT INTO audit_pending (transaction_id, occurred_at, organisation_id, operator_id, team_id, person_id, action, entity_type, entity_id,
                           entity_name, actor_kind, actor_id, actor_name, changes, context)
  SELECT least(transaction_id, pg_current_xact_id()::text::bigint)::text::xid8, occurred_at, organisation_id, operator_id, team_id,
         CASE entity_type WHEN 'User' THEN entity_id ELSE (changes #>> '{person_id,1}')::bigint END,
         action, entity_type, entity_id, entity_name, actor_kind, actor_id, actor_name, changes, context
  FROM audit_event ORDER BY transaction_id, id;
TRUNCATE audit_event;
ALTER TABLE audit_event ENABLE TRIGGER USER;
"""

SEALED_COLUMNS = """
ALTER TABLE audit_event ALTER COLUMN action TYPE varchar(20), ADD COLUMN person_id bigint, ADD COLUMN sequence bigint NOT NULL,
  ADD COLUMN hash bytea NOT NULL, ALTER COLUMN id DROP DEFAULT;
ALTER SEQUENCE audit_event_id_seq CACHE 1;
DROP INDEX audit_event_organisation, audit_event_operator, audit_event_team, audit_event_entity;
CREATE INDEX audit_event_by_organisation ON audit_event (organisation_id, id DESC);
CREATE INDEX audit_event_by_operator ON audit_event (operator_id, id DESC);
CREATE INDEX audit_event_by_team ON audit_event (team_id, id DESC);
CREATE INDEX audit_event_by_organisation_type ON audit_event (organisation_id, entity_type, action, id DESC);
CREATE INDEX audit_event_by_operator_type ON audit_event (operator_id, entity_type, action, id DESC);
CREATE INDEX audit_event_by_organisation_action ON audit_event (organisation_id, action, id DESC);
CREATE INDEX audit_event_by_operator_action ON audit_event (operator_id, action, id DESC);
CREATE INDEX audit_event_by_item ON audit_event (entity_id, entity_type, id DESC);
CREATE INDEX audit_event_by_actor ON audit_event (actor_id, actor_kind, id DESC);
CREATE INDEX audit_event_by_person ON audit_event (person_id, id DESC) WHERE person_id IS NOT NULL;
CREATE INDEX audit_event_by_id ON audit_event (id);
"""
UNDO_SEALED_COLUMNS = """
DROP INDEX audit_event_by_organisation, audit_event_by_operator, audit_event_by_team, audit_event_by_organisation_type,
  audit_event_by_operator_type, audit_event_by_organisation_action, audit_event_by_operator_action, audit_event_by_item,
  audit_event_by_actor, audit_event_by_person, audit_event_by_id;
ALTER TABLE audit_event DROP COLUMN person_id, DROP COLUMN sequence, DROP COLUMN hash,
  ALTER COLUMN id SET DEFAULT nextval('audit_event_id_seq');
CREATE INDEX audit_event_organisation ON audit_event (organisation_id, occurred_at DESC, id DESC);
CREATE INDEX audit_event_operator ON audit_event (operator_id, occurred_at DESC, id DESC);
CREATE INDEX audit_event_team ON audit_event (team_id, occurred_at DESC, id DESC);
CREATE INDEX audit_event_entity ON audit_event (entity_type, entity_id, occurred_at DESC);
"""

# The same bytes as `rules.canonical`.
CANONICAL_FUNCTIONS = """
CREATE FUNCTION audit_part(part text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT coalesce(octet_length(part) || ':' || part || ',', '-,') $$;

CREATE FUNCTION audit_canonical(event audit_event) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT audit_part(event.id::text) || audit_part(event.sequence::text)
    || audit_part(to_char(event.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    || audit_part(event.organisation_id::text) || audit_part(event.operator_id::text) || audit_part(event.team_id::text)
    || audit_part(event.person_id::text) || audit_part(event.action) || audit_part(event.entity_type) || audit_part(event.entity_id::text)
    || audit_part(event.entity_name) || audit_part(event.actor_kind) || audit_part(event.actor_id::text) || audit_part(event.actor_name)
    || audit_part(event.changes::text) || audit_part(event.context::text) || audit_part(event.transaction_id::text) $$;
"""

# Moves pending rows into the log and chains them. `given` holds, per row, its key and the texts whose personal values the
# caller has encrypted; everything else is copied here. Sealers wait for each other until commit, so ids appear in their order.
SEAL_FUNCTION = """
CREATE FUNCTION audit_seal(given jsonb) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  event audit_event;
  chain bigint;
  first bigint;
  link audit_chain;
  sealed integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('forecourt_audit_seal'));
  first := nextval('audit_event_id_seq');
  FOR event IN
    WITH taken AS (
      DELETE FROM audit_pending p
        USING jsonb_to_recordset(given) AS g(transaction_id text, id bigint, entity_name text, actor_name text, changes jsonb, context jsonb)
        WHERE p.transaction_id = g.transaction_id::xid8 AND p.id = g.id
        RETURNING p.*, g.entity_name AS hidden_name, g.actor_name AS hidden_actor, g.changes AS hidden_changes, g.context AS hidden_context
    )
    SELECT first - 1 + row_number() OVER (ORDER BY transaction_id, id), occurred_at, organisation_id, operator_id, team_id, action, entity_type,
           entity_id, hidden_name, actor_kind, actor_id, hidden_actor, hidden_changes, hidden_context, transaction_id::text::bigint, person_id, 0, ''::bytea
    FROM taken ORDER BY coalesce(organisation_id, 0), 1
  LOOP
    IF chain IS DISTINCT FROM coalesce(event.organisation_id, 0) THEN
      IF chain IS NOT NULL THEN
        UPDATE audit_chain SET sequence = link.sequence, hash = link.hash, sealed_at = now() WHERE organisation_id = chain;
      END IF;
      chain := coalesce(event.organisation_id, 0);
      INSERT INTO audit_chain (organisation_id, sequence, hash, sealed_at)
        VALUES (chain, 0, decode(repeat('00', 32), 'hex'), now()) ON CONFLICT DO NOTHING;
      SELECT * INTO STRICT link FROM audit_chain WHERE organisation_id = chain FOR UPDATE;
    END IF;
    event.sequence := link.sequence + 1;
    event.hash := sha256(link.hash || convert_to(audit_canonical(event), 'UTF8'));
    link.sequence := event.sequence;
    link.hash := event.hash;
    INSERT INTO audit_event SELECT event.*;
    sealed := sealed + 1;
  END LOOP;
  IF sealed > 0 THEN
    UPDATE audit_chain SET sequence = link.sequence, hash = link.hash, sealed_at = now() WHERE organisation_id = chain;
    PERFORM setval('audit_event_id_seq', first - 1 + sealed);
  END IF;
  RETURN sealed;
END $$;
"""

# Only `audit_remove` may delete, and says so for its own transaction; the product's role has no right to delete anyway.
REFUSE_FUNCTION = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('forecourt.audit_removing', true) = 'yes' THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER refuse_change ON audit_event;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
"""
UNDO_REFUSE_FUNCTION = """
DROP TRIGGER refuse_change ON audit_event;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION forecourt_refuse_change();
DROP FUNCTION audit_refuse_change();
"""

UNDO_FUNCTIONS = """
DROP FUNCTION audit_seal(jsonb);
DROP FUNCTION audit_canonical(audit_event);
DROP FUNCTION audit_part(text);
"""
