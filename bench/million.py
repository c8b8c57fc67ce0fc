"""A million charges and two thousand teams: the demo's own, copied with new ids. Only for reading; their books are not copied."""

from collections.abc import Mapping
from typing import Any

import psycopg

from bench.installation import Installation

COPY = """
INSERT INTO charging_charge ({columns})
SELECT {values} FROM charging_charge c, generate_series(1, %s) AS copy WHERE c.id <= %s AND c.state = 'completed'
"""
SHIFTED = {
    "id": "nextval(pg_get_serial_sequence('charging_charge', 'id'))",
    "human_readable_id": "substr(md5(c.id::text || ':' || copy::text), 1, 12)",
    "transaction_id": "NULL",
    "start_fingerprint": "NULL",
    "partner_external_id": "NULL",
}
COPY_TEAMS = """
INSERT INTO teams_team ({columns})
SELECT {values} FROM (SELECT * FROM teams_team WHERE operator_id = %s AND type = 'professional' AND deleted_at IS NULL ORDER BY id LIMIT 1) c,
  generate_series(1, %s) AS copy
"""
OTHER_TEAM = {
    "id": "nextval(pg_get_serial_sequence('teams_team', 'id'))",
    "name": "c.name || ' ' || copy",
    "join_code": "substr(md5(c.id::text || ':' || copy::text), 1, 12)",
    "owner_id": "NULL",
    "partner_external_id": "NULL",
}


def ensure(installation: Installation, wanted: int) -> int:
    """Make it at least so many charges; how many there are."""
    with installation.connect(as_owner=True) as connection:
        first = connection.execute("SELECT count(*), max(id) FROM charging_charge").fetchone()
        assert first
        have, newest = first
        if have < wanted:
            copies = -(-(wanted - have) // have)
            connection.execute(_filled(connection, COPY, "charging_charge", SHIFTED), [copies, newest])
            connection.execute("VACUUM ANALYZE charging_charge")
        counted = connection.execute("SELECT count(*) FROM charging_charge").fetchone()
    assert counted
    return int(counted[0])


def ensure_teams(installation: Installation, wanted: int, *, which: int = 0) -> int:
    """Make it at least so many teams of a credential's operator (the first is a Main account's); how many there are."""
    counted = "SELECT count(*) FROM teams_team WHERE operator_id = %s"
    with installation.connect(as_owner=True) as connection:
        operator = _one(
            connection, "SELECT id FROM operators_operator WHERE name = %s", installation.demo["api_credentials"][which]["operator"]
        )
        have = _one(connection, counted, operator)
        if have < wanted:
            connection.execute(_filled(connection, COPY_TEAMS, "teams_team", OTHER_TEAM), [operator, wanted - have])
            connection.execute("VACUUM ANALYZE teams_team")
        return _one(connection, counted, operator)


def _filled(connection: "psycopg.Connection[Any]", copy: str, table: str, changed: Mapping[str, str]) -> str:
    """The statement with every column of the table; those that must differ are `changed`."""
    sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position"
    columns = [name for (name,) in connection.execute(sql, [table]).fetchall()]
    values = [changed.get(name, f'c."{name}"') for name in columns]
    return copy.format(columns=", ".join(f'"{name}"' for name in columns), values=", ".join(values))


def _one(connection: "psycopg.Connection[Any]", sql: str, param: int | str) -> int:
    row = connection.execute(sql, [param]).fetchone()
    assert row
    return int(row[0])
