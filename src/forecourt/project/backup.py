"""
`forecourt backup`: an installation in one file.

The file is a tar: `manifest.json` first (version, migrations, the SHA-256 of every other member), then `database.dump`
(pg_dump's custom format, one snapshot), `secret_key` (encrypted columns are useless without it) and `files/` (uploads;
copied after the database, so everything it names is there). It holds secrets: mode 0600.
"""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg

from forecourt import __version__
from forecourt.project import migrating
from forecourt.project.embedded.account import client_binaries
from forecourt.project.refusal import Refusal

FORMAT = 1
MANIFEST, DATABASE, SECRET_KEY, FILES = "manifest.json", "database.dump", "secret_key", "files"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself. `migrations` are pairs of app and name; `sha256` is by member."""

    format: int
    version: str
    taken_at: str
    migrations: list[list[str]]
    sha256: dict[str, str]

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """:raises Refusal: if this is no manifest, or one of a later format."""
        try:
            found = cls(**json.loads(text))
        except (ValueError, TypeError):
            raise Refusal("This is not a backup of Forecourt, or of a later one than this.") from None
        if found.format != FORMAT:
            raise Refusal(
                f"This backup was written by Forecourt {found.version} in a format that this version does not know: install that version."
            )
        return found


def write(target: Path, folder: Path) -> None:
    """
    Write a backup of the installation whose settings are in the environment (`runfile.adopt_environment(…, as_owner=True)`).

    The product may go on running. An existing file is replaced only when the new one is complete.

    :param folder: the installation's folder; its `files/` are included.
    :raises Refusal: if the database or the target is out of reach.
    """
    if not os.environ.get("FORECOURT_SECRET_KEY"):
        raise Refusal("FORECOURT_SECRET_KEY is not set: a backup without it could not be read again.")
    if not target.parent.is_dir() or target.is_dir():
        raise Refusal(f"{target} cannot be written: name a file in a folder that exists.")
    try:
        with tempfile.TemporaryDirectory(prefix=".forecourt-backup-", dir=target.parent) as working:
            complete = _collect(Path(working), folder)
            complete.replace(target)
    except OSError as error:
        raise Refusal(f"{target} cannot be written: {error.strerror}.") from error


def _collect(working: Path, folder: Path) -> Path:
    dump = working / DATABASE
    url = os.environ["DATABASE_URL"]
    with migrating.open_database(url, "DATABASE_OWNER_URL") as connection:
        migrations = sorted(list(pair) for pair in migrating.recorded(connection))
        taken_at = connection.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')").fetchone()
    run_client("pg_dump", url, "--format=custom", f"--file={dump}")
    (working / SECRET_KEY).write_text(os.environ["FORECOURT_SECRET_KEY"])
    members = {DATABASE: dump, SECRET_KEY: working / SECRET_KEY} | _uploads(folder / FILES)
    manifest = Manifest(
        FORMAT, __version__, taken_at[0] if taken_at else "", migrations, {name: sha256(path) for name, path in members.items()}
    )
    complete = working / "complete"
    with os.fdopen(os.open(complete, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        text = json.dumps(asdict(manifest), indent=2).encode()
        described = tarfile.TarInfo(MANIFEST)
        described.size, described.mode = len(text), 0o600
        tar.addfile(described, io.BytesIO(text))
        for name, path in members.items():
            tar.add(path, name, recursive=False)
        file.flush()
        os.fsync(file.fileno())
    return complete


def _uploads(files: Path) -> dict[str, Path]:
    return {f"{FILES}/{path.relative_to(files)}": path for path in sorted(files.rglob("*")) if path.is_file() and not path.is_symlink()}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run_client(program: str, url: str, *arguments: str) -> None:
    """
    Run one of PostgreSQL's client programs on a database. The password travels in the environment, which others cannot read.

    :raises Refusal: if it fails.
    """
    known = psycopg.conninfo.conninfo_to_dict(url)
    password = str(known.pop("password", ""))
    address = psycopg.conninfo.make_conninfo(**known)  # type: ignore[arg-type]
    environment = {"PATH": os.environ.get("PATH", ""), "PGPASSWORD": password, "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603 - our own binary
        [str(client_binaries() / program), f"--dbname={address}", "--no-password", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise Refusal(f"{program} on {urlsplit(url).path.lstrip('/')} failed: {reason}")
