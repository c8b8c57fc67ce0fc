"""The audit log at size: the demo's own events copied with new ids, times, items and actors. Only for reading; the copies have no chain."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench.installation import Installation

AT_ONCE = 50_000
PARTITIONS = """
SELECT forecourt_make_partition('audit_event', month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC')
FROM (SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') - back * interval '1 month') AT TIME ZONE 'UTC' AS month FROM generate_series(0, 24) back) m
"""
COPY = """
INSERT INTO audit_event (id, occurred_at, organisation_id, operator_id, team_id, action, entity_type, entity_id, entity_name, actor_kind, actor_id,
                         actor_name, changes, context, transaction_id, person_id, sequence, hash)
SELECT nextval('audit_event_id_seq'), now() - interval '700 days' * (1 - (%(done)s + n) / %(wanted)s::float8), e.organisation_id, e.operator_id,
       e.team_id, e.action, e.entity_type, e.entity_id + (n %% 400) * 1000000, e.entity_name,
       CASE WHEN n %% 3 = 0 THEN e.actor_kind WHEN n %% 30 = 1 THEN 'consumer' ELSE 'person' END, CASE WHEN n %% 3 = 0 THEN e.actor_id ELSE 1 + n %% 50 END, e.actor_name, e.changes,
       e.context, e.transaction_id, e.person_id, e.sequence, e.hash
FROM generate_series(1, %(count)s) AS n JOIN own e ON e.place = n %% (SELECT count(*) FROM own) ORDER BY n
"""
OWN = "CREATE TEMPORARY TABLE own AS SELECT row_number() OVER (ORDER BY id) - 1 AS place, o.* FROM audit_event o WHERE id <= %s"
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = 'audit_event'::regclass AND NOT i.indisprimary
"""
SAMPLE = """
SELECT o.id, (SELECT min(id) FROM audit_event), (SELECT (min(id) + max(id)) / 2 FROM audit_event), min(e.actor_id) FILTER (WHERE e.actor_kind = 'person'),
       min(e.team_id), min(e.entity_id) FILTER (WHERE e.entity_type = 'ChargePoint')
FROM operators_operator o, LATERAL (SELECT * FROM audit_event WHERE operator_id = o.id ORDER BY id DESC LIMIT 10000) e WHERE o.name = %s GROUP BY o.id
"""
RECORDED = "DO $$ BEGIN FOR turn IN 1..50 LOOP UPDATE network_chargekey SET name = 'Key ' || turn; END LOOP; END $$"
AUDITED = ("network_chargekey", "network_chargepoint")  # 20 and 52 columns
ROWS, TURNS = 1_000, 7
EACH = f"DO $$ BEGIN FOR one IN 1..{ROWS} LOOP %s; END LOOP; END $$"
ACTOR = json.dumps(
    {
        "kind": "person", "id": 5, "name": "Ada Test",
        "context": {"address": "192.0.2.7", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)", "request_id": "8f14e45fceea167a5a36dedd4bea2543"},
    }
)  # fmt: skip
WRITES = {
    "inserted by one statement": "INSERT INTO copied ({columns}) SELECT {columns} FROM rows",
    "updated by one statement": "UPDATE copied SET name = coalesce(name, '') || 'x'",
    "deleted by one statement": "DELETE FROM copied",
    "inserted row by row": EACH % "INSERT INTO copied ({columns}) SELECT {columns} FROM rows WHERE id = one",
    "updated row by row": EACH % "UPDATE copied SET name = coalesce(name, '') || 'x' WHERE id = one",
    "deleted row by row": EACH % "DELETE FROM copied WHERE id = one",
}


def ensure(installation: Installation, wanted: int) -> int:
    """Make it at least so many events over two years; how many there are."""
    with installation.connect(as_owner=True) as connection:
        while connection.execute("SELECT EXISTS (SELECT FROM audit_pending)").fetchone() == (True,):
            time.sleep(0.1)  # the demo's own are sealed first: they are what is copied
        first = connection.execute("SELECT count(*), max(id) FROM audit_event").fetchone()
        assert first
        have, newest = first
        if have < wanted:
            with connection.transaction():  # all or nothing: the indexes are made anew at the end
                connection.execute(PARTITIONS)
                connection.execute(OWN.replace("%s", str(int(newest))))
                indexes = connection.execute(INDEXES).fetchall()
                connection.execute("".join(f"DROP INDEX {name};" for name, _definition in indexes))
                for done in range(have, wanted, AT_ONCE):
                    numbers = {"done": done, "wanted": wanted, "count": min(AT_ONCE, wanted - done)}
                    connection.execute(COPY, numbers)
                for _name, definition in indexes:
                    connection.execute(definition.replace(" ON ONLY ", " ON "))  # of every partition, not the empty one above them
            connection.execute("VACUUM ANALYZE audit_event")
        counted = connection.execute("SELECT count(*) FROM audit_event").fetchone()
    assert counted
    return int(counted[0])


def filters(installation: Installation) -> list[str]:
    """The published set of thirty: each filter alone, rare and common values, pairs, words, ids and pages further on; of a Sub-account that has most of it."""
    with installation.connect(as_owner=True) as connection:
        found = connection.execute(SAMPLE, [installation.demo["api_credentials"][1]["operator"]]).fetchone()
    assert found
    operator, oldest, middle, actor, team, item = found
    return [
        "", "action=created", "action=updated", "action=deleted", "action=signed_in", "action=sign_in_refused", "type=Team", "type=ChargePoint",
        "type=ApiCredential", "type=ExchangeRate", "type=NoSuchType", "kind=person", "kind=consumer", f"kind=person&actor={actor}",
        f"type=ChargePoint&item={item}", f"team={team}", f"operator={operator}", "from=2026-01-01&until=2026-01-31", "until=2025-06-30",
        "type=Team&action=deleted", "type=TeamMember&action=created", f"type=User&kind=person&actor={actor}", "q=charge", "q=a", "q=nobodyatall",
        f"q={item}", f"before={middle}", f"after={oldest}", f"before={middle}&type=ChargePoint", "type=PriceGroup&action=updated&from=2025-01-01",
    ]  # fmt: skip


def microseconds_per_audited_write(installation: Installation) -> Iterator[tuple[str, float]]:
    """
    (what, what the trigger adds to it for a row) for a narrow and a wide table: a copy of it in a transaction that is undone, changed
    by one statement and row by row, with the trigger and without. Time is the CPU's of the backend, which waits for nothing here; the
    cheapest of the turns counts, for what else runs only adds.
    """
    with installation.connect(as_owner=True) as connection:
        for table in AUDITED:
            with connection.transaction(force_rollback=True):
                columns = _copied(connection, table)
                connection.execute("SELECT set_config('forecourt.actor', %s, true)", [ACTOR])
                costs: dict[tuple[str, bool], float] = {}
                for is_audited in (True, False) * TURNS:
                    connection.execute(f"TRUNCATE copied; ALTER TABLE copied {'ENABLE' if is_audited else 'DISABLE'} TRIGGER audit")
                    for what, sql in WRITES.items():
                        begun = _cpu_ns(connection)
                        connection.execute(sql.format(columns=columns))
                        spent = (_cpu_ns(connection) - begun) / ROWS / 1000
                        costs[what, is_audited] = min(spent, costs.get((what, is_audited), spent))
            for what in WRITES:
                yield f"{table}, {what}", costs[what, True] - costs[what, False]


def _cpu_ns(connection: "psycopg.Connection[Any]") -> int:
    return int(Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text().split()[0])


def _copied(connection: "psycopg.Connection[Any]", table: str) -> str:
    """Make `copied`, an empty table like this one with its audit trigger, and `rows`, what goes into it; the columns, as SQL."""
    sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position"
    columns = [f'"{name}"' for (name,) in connection.execute(sql, [table]).fetchall()]
    own = ", ".join("n AS id" if name == '"id"' else name for name in columns)
    found = connection.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'audit' AND tgrelid = %s::regclass", [table])
    trigger = found.fetchone()
    assert trigger
    connection.execute(f"CREATE TABLE copied (LIKE {table}, PRIMARY KEY (id))")
    connection.execute(trigger[0].replace(f"public.{table}", "copied"))
    connection.execute(
        f"CREATE TABLE rows AS SELECT {own} FROM (SELECT *, row_number() OVER () AS place, count(*) OVER () AS total FROM {table}) t"
        f" JOIN generate_series(1, {ROWS}) n ON place = 1 + n % total"
    )
    connection.execute("CREATE UNIQUE INDEX ON rows (id); ANALYZE rows")
    return ", ".join(columns)


def seconds_to_seal(installation: Installation) -> tuple[int, float]:
    """How many events one transaction makes, and how long until the worker has sealed them all."""
    with installation.connect(as_owner=True) as connection:
        connection.execute(RECORDED)
        begun = time.monotonic()
        found = connection.execute("SELECT count(*) FROM audit_pending").fetchone()
        while connection.execute("SELECT EXISTS (SELECT FROM audit_pending)").fetchone() == (True,):
            time.sleep(0.02)
        assert found
        return int(found[0]), time.monotonic() - begun
