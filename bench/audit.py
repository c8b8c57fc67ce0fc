"""The audit log at size: the demo's own events copied with new ids, times, items and actors. Only for reading; the copies have no chain."""

import time
from collections.abc import Iterator

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
AUDITED = "UPDATE network_chargekey SET name = coalesce(name, '') || 'x'"


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
                    connection.execute(definition)
            connection.execute("VACUUM ANALYZE audit_event")
        counted = connection.execute("SELECT count(*) FROM audit_event").fetchone()
    assert counted
    return int(counted[0])


def filters(installation: Installation) -> list[str]:
    """The published set of thirty: each filter alone, rare and common values, pairs, words, ids and pages further on."""
    with installation.connect(as_owner=True) as connection:
        found = connection.execute(
            "SELECT min(id), (percentile_disc(0.5) WITHIN GROUP (ORDER BY id)), min(actor_id) FILTER (WHERE actor_kind = 'person'),"
            " min(team_id), min(operator_id), min(entity_id) FILTER (WHERE entity_type = 'ChargePoint') FROM audit_event"
        ).fetchone()
    assert found
    oldest, middle, actor, team, operator, item = found
    return [
        "", "action=created", "action=updated", "action=deleted", "action=signed_in", "action=sign_in_refused", "type=Team", "type=ChargePoint",
        "type=ApiCredential", "type=ExchangeRate", "type=NoSuchType", "kind=person", "kind=consumer", f"kind=person&actor={actor}",
        f"type=ChargePoint&item={item}", f"team={team}", f"operator={operator}", "from=2026-01-01&until=2026-01-31", "until=2025-06-30",
        "type=Team&action=deleted", "type=TeamMember&action=created", f"type=User&kind=person&actor={actor}", "q=charge", "q=a", "q=nobodyatall",
        f"q={item}", f"before={middle}", f"after={oldest}", f"before={middle}&type=ChargePoint", "type=PriceGroup&action=updated&from=2025-01-01",
    ]  # fmt: skip


def microseconds_per_audited_write(installation: Installation) -> Iterator[float]:
    """What the trigger adds to one row's change: the same statement with and without it, each undone."""
    with installation.connect(as_owner=True) as connection:
        rows = connection.execute(AUDITED).rowcount
        for _ in range(9):
            spent = []
            for switch in ("ENABLE", "DISABLE"):
                connection.execute("BEGIN")
                connection.execute(f"ALTER TABLE network_chargekey {switch} TRIGGER audit")
                plan = connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {AUDITED}").fetchone()
                assert plan
                spent.append(plan[0][0]["Execution Time"])
                connection.execute("ROLLBACK")
            yield (spent[0] - spent[1]) * 1000 / rows


def seconds_to_seal(installation: Installation) -> tuple[int, float]:
    """How many events one statement makes, and how long until the worker has sealed them all."""
    with installation.connect(as_owner=True) as connection:
        rows = connection.execute(AUDITED).rowcount
        begun = time.monotonic()
        while connection.execute("SELECT EXISTS (SELECT FROM audit_pending)").fetchone() == (True,):
            time.sleep(0.02)
        return rows, time.monotonic() - begun
