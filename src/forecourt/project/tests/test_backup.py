"""Backup and restore of a running installation: what was there is there again, and a failure damages nothing."""

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from forecourt.project.tests.test_up import Running, environment
from forecourt.project.tests.test_up import start as start  # a fixture

SETTINGS = {"DJANGO_SETTINGS_MODULE": "forecourt.project.tests.standin_settings"}
FAR_AHEAD = 20_000  # a transaction id that a young cluster has yet to reach


def forecourt(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "forecourt.project.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment(**SETTINGS), timeout=100, check=False)


def execute(running: Running, statement: str, role: str = "database_owner_url") -> list[tuple[Any, ...]]:
    with psycopg.connect(running.says[role], autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def content(running: Running) -> tuple[object, ...]:
    """All that a restore must bring back."""
    tables = [
        name
        for (name,) in execute(
            running, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
    ]
    rows = {name: sorted(map(str, execute(running, f'SELECT * FROM "{name}"'))) for name in tables}
    uploads = {str(path.relative_to(running.folder)): path.read_bytes() for path in (running.folder / "files").rglob("*") if path.is_file()}
    return rows, uploads, json.loads((running.folder / "secrets.json").read_text())["secret_key"]


@pytest.fixture
def filled(tmp_path: Path, start: Callable[..., Running]) -> Running:
    running = start(tmp_path / "filled").ready()
    execute(running, f"CREATE TABLE ledger_entry AS SELECT id, '{FAR_AHEAD}'::xid8 AS xid FROM generate_series(1, 1000) AS id")
    execute(running, "INSERT INTO auth_group (name) SELECT 'group ' || n FROM generate_series(1, 50) AS n")
    (running.folder / "files" / "ab").mkdir(parents=True)
    (running.folder / "files" / "ab" / "photo").write_bytes(bytes(range(256)) * 100)
    return running


def test_a_restore_brings_back_what_was_backed_up(tmp_path: Path, filled: Running) -> None:
    before = content(filled)
    assert forecourt("backup", tmp_path / "b", "--data", filled.folder).returncode == 0
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    execute(filled, "DELETE FROM auth_group; DROP TABLE ledger_entry")
    (filled.folder / "files" / "ab" / "photo").write_bytes(b"")
    done = forecourt("restore", tmp_path / "b", "--data", filled.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert content(filled) == before
    assert [name for (name,) in execute(filled, "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")] == [
        "forecourt",
        "postgres",
    ]
    assert filled.says["state"] == "running"


def test_a_backup_moves_to_another_installation_with_key_grants_and_ids(
    tmp_path: Path, filled: Running, start: Callable[..., Running]
) -> None:
    other = start(tmp_path / "other").ready()
    assert forecourt("backup", tmp_path / "b", "--data", filled.folder).returncode == 0
    assert forecourt("restore", tmp_path / "b", "--data", other.folder).returncode == 0
    assert content(other) == content(filled)
    assert int(execute(other, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text")[0][0]) > FAR_AHEAD
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(other, "DELETE FROM ledger_entry", "database_url")
    execute(other, "DELETE FROM auth_group", "database_url")


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            file = old.extractfile(member)
            assert file
            changed = change(member.name, file.read())
            member.size = len(changed)
            new.addfile(member, io.BytesIO(changed))
    return target


def newer(name: str, body: bytes) -> bytes:
    return body.replace(b'"0001_initial"', b'"0099_future"') if name == "manifest.json" else body


def torn(name: str, body: bytes) -> bytes:
    return body[:-1] + b"?" if name == "database.dump" else body


def test_a_backup_that_cannot_be_used_changes_nothing(tmp_path: Path, filled: Running) -> None:
    before, pids = content(filled), filled.says["processes"]
    assert forecourt("backup", tmp_path / "b", "--data", filled.folder).returncode == 0
    (tmp_path / "text").write_text("hello")
    cases = {
        tmp_path / "missing": "can be read",
        tmp_path / "text": "can be read",
        rewritten(tmp_path / "b", tmp_path / "newer", newer): "was made by a newer Forecourt",
        rewritten(tmp_path / "b", tmp_path / "torn", torn): "is damaged at database.dump",
    }
    for file, says in cases.items():
        done = forecourt("restore", file, "--data", filled.folder)
        assert done.returncode == 2, done.stderr
        assert says in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert content(filled) == before
    assert filled.says["processes"] == pids


def test_a_backup_needs_a_running_installation_and_a_place(tmp_path: Path, filled: Running) -> None:
    nothing = forecourt("backup", tmp_path / "b", "--data", tmp_path / "nowhere")
    assert (nothing.returncode, "does not run on" in nothing.stderr) == (2, True)
    nowhere = forecourt("backup", tmp_path / "missing" / "b", "--data", filled.folder)
    assert (nowhere.returncode, "cannot be written" in nowhere.stderr) == (2, True)


def test_migrate_says_what_is_missing_and_mends_grants(filled: Running) -> None:
    assert forecourt("migrate", "--check", "--data", filled.folder).returncode == 0
    execute(
        filled, "GRANT DELETE ON ledger_entry TO forecourt; DELETE FROM django_migrations WHERE app = 'contenttypes' AND name LIKE '0002%'"
    )
    check = forecourt("migrate", "--check", "--data", filled.folder)
    assert (check.returncode, check.stdout) == (1, "missing: contenttypes 0002_remove_content_type_name\n")
