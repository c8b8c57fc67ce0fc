"""
Guards in plain SQL, used by migrations: append-only tables, `updated_at`, partitions.

They are triggers and privileges, so they hold whatever code runs. Each has a test that tries to break it as the
product's own role.
"""

from functools import partial

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import StateApps

# Tables the product's role may only INSERT into and SELECT from. Partitions inherit their parent's privileges.
_APPEND_ONLY = (
    "ledger_entry",
    "ledger_posting",
    "audit_event",
    "audit_pending",
    "audit_tombstone",
    "billing_settlement",
    "billing_chargeline",
    "charging_signedreading",
    "pricing_priceversion",
)


def append_only_tables() -> list[str]:
    """The tables on which the product's role has neither UPDATE nor DELETE nor TRUNCATE."""
    return list(_APPEND_ONLY)


REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION forecourt_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

TOUCH_FUNCTION = """
CREATE OR REPLACE FUNCTION forecourt_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
"""


def append_only(table: str) -> Operation:
    """Refuse UPDATE, DELETE and TRUNCATE on a table."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table}
          FOR EACH ROW EXECUTE FUNCTION forecourt_refuse_change();
        CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table}
          FOR EACH STATEMENT EXECUTE FUNCTION forecourt_refuse_change();
        """,
        f"DROP TRIGGER refuse_change ON {table}; DROP TRIGGER refuse_truncate ON {table};",
    )


def touch(*tables: str) -> Operation:
    """Set `updated_at` on every UPDATE of these tables."""
    return migrations.RunSQL(
        "".join(f"CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION forecourt_touch();" for table in tables),
        "".join(f"DROP TRIGGER touch ON {table};" for table in tables),
    )


# SECURITY DEFINER: the product's role owns no table, and may make partitions and drop old ones only through these.
_MAKE_PARTITION = """
CREATE OR REPLACE FUNCTION forecourt_make_partition(parent regclass, from_at timestamptz, until_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  name text := parent::text || '_' || to_char(from_at AT TIME ZONE 'UTC', 'YYYYMMDD');
  fallback text := parent::text || '_default';
  key text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('forecourt_partition'), hashtext(parent::text));
  IF to_regclass(name) IS NOT NULL THEN RETURN name; END IF;
  SELECT a.attname INTO STRICT key FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] WHERE p.partrelid = parent;
  EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, parent);
{then}  -- Rows of the range that came before their partition did (stations replay old timestamps) wait in the default one.
  EXECUTE format('ALTER TABLE %s DETACH PARTITION %I', parent, fallback);
  EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= $1 AND %I < $2 RETURNING *) INSERT INTO %I SELECT * FROM moved',
                 fallback, key, key, name) USING from_at, until_at;
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, from_at, until_at);
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I DEFAULT', parent, fallback);
  RETURN name;
END $$;
"""
_DROP_PARTITIONS = """
CREATE FUNCTION forecourt_drop_partitions(parent regclass, before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  child record;
  dropped integer := 0;
BEGIN
  IF parent::text NOT IN ('ocpp_message', 'meter_value') THEN
    RAISE EXCEPTION '% is kept', parent USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR child IN
    SELECT c.oid::regclass AS name, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz AS until_at
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = parent
  LOOP
    IF child.until_at <= before THEN
      EXECUTE format('DROP TABLE %s', child.name);
      dropped := dropped + 1;
    END IF;
  END LOOP;
  RETURN dropped;
END $$;
"""
PARTITION_FUNCTIONS = _MAKE_PARTITION.format(then="") + _DROP_PARTITIONS
DROP_PARTITION_FUNCTIONS = """
DROP FUNCTION forecourt_drop_partitions(regclass, timestamptz);
DROP FUNCTION forecourt_make_partition(regclass, timestamptz, timestamptz);
"""
MAKE_PARTITION = _MAKE_PARTITION.format(  # since kit/0003: a partition takes the default one's storage parameters over
    then="""\
  DECLARE parameters text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = fallback::regclass);
  BEGIN
    IF parameters IS NOT NULL THEN EXECUTE format('ALTER TABLE %I SET (%s)', name, parameters); END IF;
  END;
"""
)
LEAVES = """
SELECT oid::regclass::text FROM pg_class WHERE oid = %(table)s::regclass AND relkind = 'r'
UNION SELECT relid::text FROM pg_partition_tree(%(table)s) WHERE isleaf
"""


def only_grows(table: str) -> Operation:
    """
    Autovacuum does not come because of inserted rows: in a log that is written at full speed it would read, and write anew,
    every page once more. Rows that are deleted still call it, and so does the age of transaction ids.

    :param table: partitioned, or not; partitions that are made later do as their default one (kit/0003).
    """
    return migrations.RunPython(
        partial(_alter_leaves, table, "SET (autovacuum_vacuum_insert_threshold = -1)"),
        partial(_alter_leaves, table, "RESET (autovacuum_vacuum_insert_threshold)"),
    )


def _alter_leaves(table: str, change: str, _apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """`ALTER TABLE … change` for a table, or for every partition of one."""
    with editor.connection.cursor() as cursor:
        cursor.execute(LEAVES, {"table": table})
        for (leaf,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {leaf} {change}")


def partitioned(table: str, columns: str, *, key: str, primary_key: str, indexes: dict[str, str]) -> Operation:
    """
    A natively partitioned table with a default partition. `columns` is the column list; `primary_key` names the columns
    of the primary key, which holds `key` and `id`: where it begins with what the table is read by, it is the only index.

    `indexes` maps an index name to its column list; on the parent they are made per partition.
    """
    made = "".join(f"CREATE INDEX {name} ON {table} {columns_};" for name, columns_ in indexes.items())
    return migrations.RunSQL(
        f"""
        CREATE SEQUENCE {table}_id_seq AS bigint CACHE 50;
        CREATE TABLE {table} (id bigint NOT NULL DEFAULT nextval('{table}_id_seq'), {columns}, PRIMARY KEY ({primary_key}))
          PARTITION BY RANGE ({key});
        ALTER SEQUENCE {table}_id_seq OWNED BY {table}.id;
        CREATE TABLE {table}_default PARTITION OF {table} DEFAULT;
        {made}
        """,
        f"DROP TABLE {table};",
    )
