"""`forecourt migrate`: the schema to this version's, then the product's role and what it may."""

import os
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg

from forecourt.project import roles
from forecourt.project.console import answer, say
from forecourt.project.refusal import Refusal

ONE_AT_A_TIME = 4_711_001  # advisory lock: two migrations at once wait for each other
LOCK_TIMEOUT = "5s"
OLDEST_SERVER = 160_000

Migrations = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """`missing`: the code knows them, the database does not; `unknown`: the other way round."""

    missing: Migrations
    unknown: Migrations


def known() -> Migrations:
    """The migrations of every installed app, by their files. Django must be ready."""
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    found: Migrations = set()
    for app in apps.get_app_configs():
        module_name, _ = MigrationLoader.migrations_module(app.label)
        try:
            module = import_module(module_name) if module_name else None
        except ModuleNotFoundError:
            continue
        found |= {(app.label, file.name) for file in iter_modules(getattr(module, "__path__", ())) if file.name[0] not in "_~"}
    return found


def recorded(connection: psycopg.Connection[Any]) -> Migrations:
    """The migrations that this database has had."""
    row = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
    if row is None or row[0] is None:
        return set()
    return {(app, name) for app, name in connection.execute("SELECT app, name FROM django_migrations").fetchall()}


def difference(connection: psycopg.Connection[Any]) -> Difference:
    """
    :raises Refusal: if the server is too old, or the database newer than this code.
    """
    if connection.info.server_version < OLDEST_SERVER:
        raise Refusal(f"PostgreSQL {connection.info.server_version // 10_000} is too old: Forecourt needs 16 or newer.")
    ours, theirs = known(), recorded(connection)
    found = Difference(ours - theirs, theirs - ours)
    if found.unknown:
        app, name = min(found.unknown)
        raise Refusal(
            f"The database is newer than this Forecourt (it has {app} {name}): install the newer version, or restore an older backup."
        )
    return found


def open_database(url: str, called: str) -> psycopg.Connection[Any]:
    """
    A connection in autocommit.

    :param called: the setting that holds `url`, for the message.
    :raises Refusal: if it does not lead to a database.
    """
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1]
        raise Refusal(f"{called} does not lead to a database: {reason}") from None


def grant(connection: psycopg.Connection[Any], product_url: str) -> None:
    """Make the product's role as `product_url` names it, and give it what it needs. Without effect where it is the owner itself."""
    name, password = credentials(product_url)
    if name == connection.info.user:
        say(f"The product connects as {name}, the owner of the schema: give it a role of its own (docs/how-to/run-in-production.md).")
        return
    roles.ensure_role(connection, name, password)
    roles.apply_grants(connection, name)


def migrate(*, check: bool) -> int:
    """
    Apply what is missing, as the owner, then the grants. Two at once wait for each other.

    :param check: change nothing; exit status 1 if anything is missing.
    :raises Refusal: if the database is newer, out of reach, or a table stays locked.
    """
    product, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    owner = owner or product
    if not owner:
        raise Refusal("DATABASE_URL is not set: `forecourt up` brings its own database, the other commands need an address.")
    os.environ["DATABASE_URL"] = with_options(owner, f"-c lock_timeout={LOCK_TIMEOUT}")
    from forecourt.project.processes import prepare

    prepare()
    with open_database(owner, "DATABASE_OWNER_URL" if owner != product else "DATABASE_URL") as connection:
        if check:
            return _check(connection)
        connection.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        missing = difference(connection).missing
        if missing:
            say(f"Applying {len(missing)} migrations.")
            _apply()
        grant(connection, product or owner)
    return 0


def _check(connection: psycopg.Connection[Any]) -> int:
    missing = difference(connection).missing
    for app, name in sorted(missing):
        answer(f"missing: {app} {name}")
    return 1 if missing else 0


def _apply() -> None:
    from django.core.management import call_command
    from django.db import OperationalError, connection

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            raise Refusal(
                f"A table stayed locked for {LOCK_TIMEOUT}: what was applied stays, run `forecourt migrate` again when there is less load."
            ) from error
        raise
    finally:
        connection.close()


def credentials(url: str) -> tuple[str, str]:
    """The name and password in an address."""
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def with_options(url: str, options: str) -> str:
    """The address with command-line options for the session."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, f"options={quote(options)}")))))


def with_database(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(name)))
