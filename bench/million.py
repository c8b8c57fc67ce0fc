"""A million charges: the demo's own, copied with new ids and earlier dates. Only for reading; their books are not copied."""

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


def ensure(installation: Installation, wanted: int) -> int:
    """Make it at least so many charges; how many there are."""
    with installation.connect(as_owner=True) as connection:
        first = connection.execute("SELECT count(*), max(id) FROM charging_charge").fetchone()
        assert first
        have, newest = first
        if have < wanted:
            named = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'charging_charge' ORDER BY ordinal_position"
            ).fetchall()
            columns = [name for (name,) in named]
            values = [SHIFTED.get(name, f'c."{name}"') for name in columns]
            copies = -(-(wanted - have) // have)
            quoted = ", ".join(f'"{name}"' for name in columns)
            connection.execute(COPY.format(columns=quoted, values=", ".join(values)), [copies, newest])
            connection.execute("VACUUM ANALYZE charging_charge")
        counted = connection.execute("SELECT count(*) FROM charging_charge").fetchone()
    assert counted
    return int(counted[0])
