"""The audit trigger, and attaching it to a table in that table's own migration."""

from django.db import migrations
from django.db.migrations.operations.base import Operation

# Arguments: entity type; column with the item's name; columns that are not recorded; the scope column that the row itself is;
# the table of the parent that has the scope columns, and the column that names it.
RECORD_FUNCTION = """
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
  SELECT jsonb_object_agg(key, CASE WHEN key ~ '(_hash$|^password)' THEN '["•••", "•••"]'::jsonb
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
  INSERT INTO audit_event (occurred_at, organisation_id, operator_id, team_id, action, entity_type, entity_id, entity_name,
                           actor_kind, actor_id, actor_name, changes, context, transaction_id)
  VALUES (clock_timestamp(), (subject ->> 'organisation_id')::bigint, (subject ->> 'operator_id')::bigint, (subject ->> 'team_id')::bigint,
          verb, TG_ARGV[0], (subject ->> 'id')::bigint, coalesce(subject ->> TG_ARGV[1], ''),
          actor ->> 'kind', (actor ->> 'id')::bigint, actor ->> 'name', difference, coalesce(actor -> 'context', '{}'),
          pg_current_xact_id()::text::bigint);
  RETURN NULL;
END $$;
"""


_ACTOR = "current_setting('forecourt.actor', true)"
_BY_A_HUMAN = f"""{_ACTOR} LIKE '{{"kind": "person"%' OR {_ACTOR} LIKE '{{"kind": "consumer"%'"""


def audited(
    table: str,
    entity: str,
    *,
    name: str = "name",
    ignore: tuple[str, ...] = (),
    is_scope: str = "",
    parent: tuple[str, str] = ("", ""),
    person: str = "",
    humans_only: bool = False,
) -> Operation:
    """
    Record every change of a table. `is_scope` names the scope column that the row's own id is (a team's `team_id`).
    `parent`, for a table without scope columns: the table that has them, and the column that names its row, whose id stands
    in for the row's own if it has none. `person`: the column with the person whom the row belongs to, if it is not `person_id`.
    `humans_only`: only changes with an actor in the transaction (people, API consumers), never a station's or a job's.
    """
    condition = f"WHEN ({_BY_A_HUMAN})" if humans_only else ""
    return migrations.RunSQL(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW {condition} "
        f"EXECUTE FUNCTION audit_record('{entity}', '{name}', '{','.join(ignore)}', '{is_scope}', '{parent[0]}', '{parent[1]}', '{person}')",
        f"DROP TRIGGER audit ON {table}",
    )
