"""
The two database roles: the owner of the schema, and the product, which owns nothing.

The running product may read and write ordinary tables, and only read and add to append-only ones (house, "Guards that
hold"). Only `migrate`, `backup` and `restore` connect as the owner. Everything here may be run any number of times and
writes only what differs.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from forecourt.project.refusal import Refusal

Connection = psycopg.Connection[Any]

ORDINARY = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
APPEND_ONLY = frozenset({"SELECT", "INSERT"})
READ_ONLY = frozenset({"SELECT"})

# Every table, view and partition of ours, the table it is a part of, and what the role holds on it now.
TABLES = """
SELECT c.relname, coalesce(root.relname, c.relname), coalesce(held.privileges, '{}')
FROM pg_class c
LEFT JOIN pg_class root ON c.relispartition AND root.oid = pg_partition_root(c.oid)
LEFT JOIN LATERAL (
  SELECT array_agg(privilege_type) AS privileges FROM aclexplode(c.relacl) WHERE grantee = %(role)s::regrole
) held ON true
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
  AND pg_has_role(c.relowner, 'MEMBER') AND c.relowner <> %(role)s::regrole
"""
SEQUENCES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND pg_has_role(relowner, 'MEMBER')
  AND NOT (has_sequence_privilege(%(role)s, oid, 'USAGE') AND has_sequence_privilege(%(role)s, oid, 'SELECT'))
"""
# Functions that run with the owner's rights are for the product alone.
OPEN_TO_ALL = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'MEMBER') AND prosecdef
  AND has_function_privilege('public', oid, 'EXECUTE')
"""
ROUTINES = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND pg_has_role(proowner, 'MEMBER') AND NOT has_function_privilege(%(role)s, oid, 'EXECUTE')
"""

DATABASE_DIFFERS = "SELECT has_database_privilege('public', %s, 'CONNECT') OR NOT has_database_privilege(%s, %s, 'TEMPORARY')"
HAS_DEFAULTS = """
SELECT EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) WHERE defaclrole = current_user::regrole AND grantee = %s::regrole)
"""


class RoleError(Refusal):
    """A role is not as it must be and cannot be mended by us. The message is one line and says what to do."""


def ensure_role(connection: Connection, name: str, password: str, *, may_create: bool = False) -> None:
    """
    Make the role if it is missing, and give it its password if that does not open the database.

    Whoever makes a role becomes a member of it: it may take it on (`SET ROLE`) and end its sessions.

    :param may_create: may make databases and roles, as the owner of an installation must.
    :raises RoleError: if the role is there but is a superuser, or may not be mended by this connection's role.
    """
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    if row and row[0]:
        raise RoleError(f"The database role {name} is a superuser, so no guard would hold: take that away (ALTER ROLE {name} NOSUPERUSER).")
    if row and _opens(connection, name, password):
        return
    verb = sql.SQL("ALTER" if row else "CREATE")
    flags = sql.SQL("LOGIN CREATEDB CREATEROLE" if may_create else "LOGIN")
    try:
        connection.execute(sql.SQL("{} ROLE {} {} PASSWORD {}").format(verb, sql.Identifier(name), flags, sql.Literal(password)))
        if not row:
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        raise RoleError(
            f"The database role {name} is missing or has another password, and the owner may not make roles: let an administrator do it."
        ) from None


def apply_grants(connection: Connection, role: str, append_only: Iterable[str] | None = None) -> int:
    """
    Give `role` what the product needs in this database and take away what it must not have. Run by the owner after migrations.

    :param append_only: tables that may only be read and added to, with their partitions; by default what `kit.guards` lists.
    :return: how many things had to be changed; 0 when all was as it should be.
    """
    if append_only is None:
        from forecourt.kit.guards import append_only_tables

        append_only = append_only_tables()
    wanted = dict.fromkeys(append_only, APPEND_ONLY) | {"django_migrations": READ_ONLY}
    statements = list(_differences(connection, role, wanted))
    for statement in statements:
        connection.execute(statement)
    return len(statements)


def _differences(connection: Connection, role: str, wanted: dict[str, frozenset[str]]) -> Iterator[sql.Composed]:
    who = sql.Identifier(role)
    yield from _for_the_database(connection, role, who)
    for table, root, held in connection.execute(TABLES, {"role": role}).fetchall():
        should = wanted.get(root, ORDINARY)
        for verb, privileges, to in (("GRANT", should - set(held), "TO"), ("REVOKE", set(held) - should, "FROM")):
            if privileges:
                words = sql.SQL(", ").join(map(sql.SQL, sorted(privileges)))
                yield sql.SQL("{} {} ON {} {} {}").format(sql.SQL(verb), words, sql.Identifier("public", table), sql.SQL(to), who)
    for (sequence,) in connection.execute(SEQUENCES, {"role": role}).fetchall():
        yield sql.SQL("GRANT USAGE, SELECT ON SEQUENCE {} TO {}").format(sql.Identifier("public", sequence), who)
    definers = [routine for (routine,) in connection.execute(OPEN_TO_ALL).fetchall()]
    closed = [routine for (routine,) in connection.execute(ROUTINES, {"role": role}).fetchall()]
    for routine in definers:
        yield sql.SQL("REVOKE EXECUTE ON ROUTINE {} FROM PUBLIC").format(sql.SQL(routine))
    for routine in {*definers, *closed}:
        yield sql.SQL("GRANT EXECUTE ON ROUTINE {} TO {}").format(sql.SQL(routine), who)


def _for_the_database(connection: Connection, role: str, who: sql.Identifier) -> Iterator[sql.Composed]:
    """
    Entrance for the product alone, and what future objects give it.

    Partitions are made between migrations; a default of SELECT and INSERT is enough for them (rows are changed through
    the parent) and cannot open a new partition of an append-only table.
    """
    database = connection.info.dbname
    if _true(connection, DATABASE_DIFFERS, [database, role, database]):
        yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
        yield sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(database), who)
    if not _true(connection, HAS_DEFAULTS, [role]):
        yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who)
        for what in ("SELECT, INSERT ON TABLES", "USAGE, SELECT ON SEQUENCES", "EXECUTE ON ROUTINES"):
            yield sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {} TO {}").format(sql.SQL(what), who)


def _true(connection: Connection, query: str, parameters: list[str]) -> bool:
    row = connection.execute(sql.SQL(query), parameters).fetchone()
    return bool(row and row[0])


def _opens(connection: Connection, name: str, password: str) -> bool:
    """Whether this name and password are accepted where `connection` leads; entering its database is another matter."""
    at = connection.info
    try:
        psycopg.connect(host=at.host, port=at.port, dbname=at.dbname, user=name, password=password, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        return not any(words in str(error) for words in ("password authentication failed", "does not exist", "not permitted"))
    return True
