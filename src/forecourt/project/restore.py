"""
`forecourt restore`: a running installation becomes what a backup holds.

Everything is made beside what is there: the files in a folder of their own, the database under another name, brought to
this version. Only when all of it stands, the product is paused and names are swapped. Whatever fails before leaves the
installation as it was.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from forecourt.project import backup, migrating, runfile
from forecourt.project.backup import DATABASE, FILES, MANIFEST, SECRET_KEY, Manifest
from forecourt.project.embedded import Secrets
from forecourt.project.refusal import Refusal
from forecourt.project.runfile import RunFile

BURNT_AT_ONCE = 500_000
PAUSE_WITHIN, RETURN_WITHIN = 60.0, 180.0
XID_COLUMNS = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.atttypid = 'xid8'::regtype AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relnamespace = 'public'::regnamespace
"""

END_SESSIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = ANY(%s) AND pid <> pg_backend_pid() AND pg_has_role(usesysid, 'USAGE')
"""


def restore(source: Path, data: str | None) -> None:
    """
    Replace database, files and secret key of the installation by those of a backup; `up` starts its processes anew.

    :param data: the installation's folder, as given on the command line.
    :raises Refusal: if the backup cannot be used here. The installation is then as it was.
    """
    product = os.environ.get("DATABASE_URL", "")
    folder = runfile.adopt_environment(data, as_owner=True)
    owner = os.environ["DATABASE_URL"]
    running = RunFile.read(folder)
    if running and running.database_owner_url != owner:
        running = None  # the environment names another installation than the one that runs here
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    staging = folder / "restore.unfinished"
    with runfile.locked(folder / "restore.lock"):
        shutil.rmtree(staging, ignore_errors=True)
        try:
            manifest = unpack(source, staging)
            _check_usable(manifest, (staging / SECRET_KEY).read_text(), running)
            fresh = _restore_beside(owner, running.database_url if running else product, staging)
            _swap(folder, owner, fresh, staging, running)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def unpack(source: Path, staging: Path) -> Manifest:
    """
    Unpack a backup into a new private folder and check every member against the manifest.

    :raises Refusal: if it is no backup, incomplete or damaged.
    """
    staging.mkdir(mode=0o700)
    try:
        with tarfile.open(source, "r:") as tar:
            _extract(tar, staging)
        manifest = Manifest.parse((staging / MANIFEST).read_bytes())
    except (OSError, tarfile.TarError) as error:
        reason = str(getattr(error, "strerror", None) or error).lower()
        raise Refusal(f"{source} is not a backup of Forecourt that can be read: {reason}.") from None
    for name, digest in manifest.sha256.items():
        if not (staging / name).is_file() or backup.sha256(staging / name) != digest:
            raise Refusal(f"{source} is damaged at {name}: use another backup.")
    if not {DATABASE, SECRET_KEY} <= manifest.sha256.keys():
        raise Refusal(f"{source} is not a whole backup: use another one.")
    return manifest


def _extract(tar: tarfile.TarFile, staging: Path) -> None:
    """Plain files below the folder, and nothing else a tar could bring."""
    for member in tar:
        target = (staging / member.name).resolve()
        content = tar.extractfile(member) if member.isfile() and target.is_relative_to(staging.resolve()) else None
        if content is None:
            raise tarfile.TarError(f"unexpected member {member.name}")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file)


def _check_usable(manifest: Manifest, secret_key: str, running: RunFile | None) -> None:
    from forecourt.project.processes import prepare

    prepare()
    unknown = {(app, name) for app, name in manifest.migrations} - migrating.known()
    if unknown:
        raise Refusal(f"The backup was made by a newer Forecourt ({manifest.version}): install that version first.")
    if running is None and secret_key != os.environ.get("FORECOURT_SECRET_KEY"):
        raise Refusal(
            f"The backup has another secret key: set FORECOURT_SECRET_KEY to its member `{SECRET_KEY}` (tar -xO), for all processes."
        )


def _restore_beside(owner: str, product: str, staging: Path) -> str:
    """Restore into a fresh database beside the one in use, bring it to this version, and return its address."""
    fresh = migrating.with_database(owner, f"{_name(owner)}_restoring")
    with migrating.open_database(owner, "DATABASE_OWNER_URL") as connection:
        _drop(connection, _name(fresh))
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(_name(fresh))))
        except psycopg.errors.InsufficientPrivilege:
            raise Refusal("The owner's role may not make a database: let an administrator grant it (ALTER ROLE … CREATEDB).") from None
    try:
        backup.run_client(
            "pg_restore", fresh, "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--jobs=2", str(staging / DATABASE)
        )
        with migrating.open_database(fresh, "DATABASE_OWNER_URL") as connection:
            _pass_transaction_ids(connection)
            connection.execute("ANALYZE")
        addresses = {"DATABASE_OWNER_URL": fresh, "DATABASE_URL": migrating.with_database(product or owner, _name(fresh))}
        migrated = subprocess.run([sys.executable, "-m", "forecourt.project.cli", "migrate"], env=os.environ | addresses, check=False)
        if migrated.returncode:
            raise Refusal("The backup could not be brought to this version: the reason stands above. Nothing was changed.")
    except BaseException:
        with migrating.open_database(owner, "DATABASE_OWNER_URL") as connection:
            _drop(connection, _name(fresh))
        raise
    return fresh


def _pass_transaction_ids(connection: psycopg.Connection[Any]) -> None:
    """
    Use up transaction ids until ours are past all that are stored.

    Cursors over append-only tables compare stored ids with the server's (house §2, outbox). A backup of another server may
    hold ids that this one has yet to reach; its rows would be invisible until then.
    """
    stored = [
        connection.execute(sql.SQL("SELECT max({})::text::bigint FROM {}").format(sql.Identifier(column), sql.Identifier(table))).fetchone()
        for table, column in connection.execute(XID_COLUMNS).fetchall()
    ]
    highest = max((row[0] for row in stored if row and row[0] is not None), default=0)
    while (missing := highest + 1 - _next_transaction_id(connection)) > 0:
        connection.execute(
            sql.SQL("DO $$ BEGIN FOR i IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$").format(
                sql.Literal(min(missing, BURNT_AT_ONCE))
            )
        )


def _next_transaction_id(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    return int(row[0]) if row else 0


def _swap(folder: Path, owner: str, fresh: str, staging: Path, running: RunFile | None) -> None:
    """Pause the product, swap names, let it start again."""
    with runfile.locked(folder / "restoring"):
        _wait(folder, running, "paused", PAUSE_WITHIN)
        replaced = folder / f"{FILES}.replaced"
        shutil.rmtree(replaced, ignore_errors=True)
        (staging / FILES).mkdir(mode=0o700, exist_ok=True)
        _exchange_files(folder / FILES, staging / FILES, replaced)
        try:
            _exchange_databases(owner, _name(owner), _name(fresh))
        except BaseException:
            _exchange_files(folder / FILES, replaced, staging / FILES)
            raise
        if running:
            secrets = Secrets.read(folder / "secrets.json")
            replace(secrets, secret_key=(staging / SECRET_KEY).read_text()).write(folder / "secrets.json")
        shutil.rmtree(replaced, ignore_errors=True)
    _wait(folder, running, "running", RETURN_WITHIN)


def _exchange_files(current: Path, new: Path, old: Path) -> None:
    if current.exists():
        current.rename(old)
    if new.exists():
        new.rename(current)


def _exchange_databases(owner: str, name: str, fresh: str) -> None:
    """Both renames in one transaction, from a database that is neither."""
    old = f"{name}_replaced"
    with migrating.open_database(migrating.with_database(owner, "postgres"), "DATABASE_OWNER_URL") as connection:
        _drop(connection, old)
        connection.execute(END_SESSIONS, [[name, fresh]])
        try:
            with connection.transaction():
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(old)))
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            raise Refusal(f"Someone still works in the database {name}: stop web, gateway and worker, then restore again.") from None
        _drop(connection, old)


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _wait(folder: Path, running: RunFile | None, state: str, within: float) -> None:
    """Until `forecourt up` says that it is in this state; not at all where nothing runs on the folder."""
    until = time.monotonic() + within
    while running and not ((now := RunFile.read(folder)) and now.state == state):
        if time.monotonic() > until:
            raise Refusal(f"`forecourt up` on {folder} is not {state} after {within:.0f} s: look at what it says.")
        time.sleep(0.05)


def _name(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))
