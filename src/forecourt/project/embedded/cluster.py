"""One PostgreSQL cluster: made, started, watched and stopped."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from forecourt.project import roles
from forecourt.project.embedded import leftovers
from forecourt.project.embedded.account import Account, server_binaries
from forecourt.project.embedded.refusals import ClusterError
from forecourt.project.embedded.secrets import Secrets

MAJOR = "18"
DATABASE = "forecourt"
Role = Literal["superuser", "owner", "product"]
ROLE_NAMES: dict[Role, str] = {"superuser": "postgres", "owner": "forecourt_owner", "product": "forecourt"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "jit": "off",  # our queries are short; compiling them costs more than it saves
    "wal_compression": "on",
    "min_wal_size": "512MB",  # segments written before are used again: making one, and syncing its zeros, holds up every commit
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "log_startup_progress_interval": "1s",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
INITDB = ("-U", "postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions")
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum_naptime": "10min"}
STOP_WITHIN = 60.0
LONGEST_SOCKET_PATH = 107
LARGEST_LOG = 10_000_000


def _quietly(text: str) -> None:
    del text


class Cluster:
    """
    The PostgreSQL of one installation folder, with its two roles and the database `forecourt`.

    :param folder: the installation folder; made if missing.
    :param fast: give up durability for speed, for tests: a crash of the machine loses the cluster.
    :param say: told, in a line each, what takes long (a first start, recovery after a crash).
    """

    def __init__(self, folder: Path | str, *, fast: bool = False, say: Callable[[str], None] = _quietly) -> None:
        self.folder = Path(folder).resolve()
        self.files = self.folder / "postgres"
        self.log = self.folder / "logs" / "postgresql.log"
        self.port = 0
        self.socket_folder = Path()
        self._fast, self._say = fast, say
        self._server: subprocess.Popen[bytes] | None = None
        self._open = ExitStack()
        self._secrets: Secrets | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def secrets(self) -> Secrets:
        if self._secrets is None:
            self._secrets = Secrets.read(self.folder / "secrets.json")
        return self._secrets

    @property
    def pid(self) -> int | None:
        """The server's process id, None when it does not run."""
        return self._server.pid if self._server and self._server.poll() is None else None

    def url(self, role: Role = "product", database: str = DATABASE, *, over: Literal["tcp", "socket"] = "tcp") -> str:
        """An address any PostgreSQL client understands. It holds the role's password. Over the socket it is somewhat faster."""
        who = f"{ROLE_NAMES[role]}:{quote(getattr(self.secrets, role))}"
        if over == "socket":
            return f"postgresql://{who}@/{database}?host={quote(str(self.socket_folder), safe='')}&port={self.port}"
        return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"

    def start(self) -> Self:
        """
        Make the cluster if there is none, start it, and wait until it answers, however long recovery takes.

        A server left over from a process that was killed is ended first.

        :raises ClusterError: if the cluster is broken, of another version, someone else's, or does not start.
        """
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        account = Account.choose(self.files)
        self._check(account)
        binaries = server_binaries(account)
        if not self.files.exists():
            self._make(account, binaries)
        leftovers.end_processes_in(self.files, self._say)
        self._launch(account, binaries)
        try:
            self._wait_until_it_answers()
            self._make_roles_and_database()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, the rest is written. Without effect when it does not run."""
        if self._server:
            _end(self._server, self._say)
            self._server = None
            with suppress(OSError):  # not empty: a killed server leaves its socket, the next one clears it
                self.socket_folder.rmdir()
        self._open.close()

    def _check(self, account: Account) -> None:
        if not self.files.exists():
            return
        if self.files.stat().st_uid != account.uid:
            raise ClusterError(f"{self.files} belongs to another user: start Forecourt as that user, or as root.")
        try:
            found = (self.files / "PG_VERSION").read_text().strip()
        except OSError:
            raise ClusterError(f"{self.files} is not a PostgreSQL cluster: move it away and restore a backup.") from None
        if found != MAJOR:
            raise ClusterError(
                f"{self.files} was made by PostgreSQL {found}, this Forecourt brings {MAJOR}: "
                "back up with the old version, restore into a new folder."
            )
        if not (self.folder / "secrets.json").exists():
            raise ClusterError(
                f"{self.folder / 'secrets.json'} is missing: put it back from a copy of this folder, the database cannot be opened without."
            )
        self._secrets = Secrets.read(self.folder / "secrets.json")  # before a server starts that nobody could enter

    def _make(self, account: Account, binaries: Path) -> None:
        """`initdb` beside the final place, so that an interrupted one leaves nothing that looks like a cluster."""
        self._say("Making a new PostgreSQL cluster.")
        if not (self.folder / "secrets.json").exists():
            Secrets.made().write(self.folder / "secrets.json")
        unfinished = self.folder / "postgres.unfinished"
        leftovers.remove_folder(unfinished)
        account.make_folder(unfinished)
        with ExitStack() as stack:
            place, descriptors = _place(unfinished, account, stack)
            password = _readable_once(self.secrets.superuser, account, stack)
            options = [*INITDB, *(["--no-sync"] if self._fast else [])]
            done = subprocess.run(  # noqa: S603 - our own binary
                [str(binaries / "initdb"), "-D", place, f"--pwfile=/proc/self/fd/{password}", *options],
                check=False,
                env=_environment(),
                capture_output=True,
                text=True,
                pass_fds=(*descriptors, password),
                **account.popen_arguments(end_with=signal.SIGKILL),
            )
        if done.returncode:
            raise ClusterError(f"A PostgreSQL cluster could not be made in {self.folder}: {_last_line(done.stderr)}")
        unfinished.rename(self.files)

    def _launch(self, account: Account, binaries: Path) -> None:
        self._open.close()
        place, descriptors = _place(self.files, account, self._open)
        self.socket_folder = _socket_folder(self.folder, account)
        self.port = self.port or free_port()  # the same after a restart: others hold our address
        here = {"port": str(self.port), "unix_socket_directories": str(self.socket_folder), "unix_socket_permissions": "0700"}
        settings = SETTINGS | here | (FORGETFUL if self._fast else {})
        command = [str(binaries / "postgres"), "-D", place, *(f"--{name}={value}" for name, value in settings.items())]
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        log = self._open.enter_context(os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab"))
        self._log_began = log.tell()
        arguments = account.popen_arguments(end_with=signal.SIGINT)  # fast shutdown when we are killed
        self._server = subprocess.Popen(  # noqa: S603 - our own binary
            command, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=descriptors, **arguments
        )

    def _wait_until_it_answers(self) -> None:
        began = told = time.monotonic()
        while self.pid:
            try:
                psycopg.connect(self.url("superuser", "postgres", over="socket"), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise ClusterError(
                        f"The passwords in {self.folder / 'secrets.json'} are not those of {self.files}: put both back from one copy."
                    ) from None
            if time.monotonic() - told > 2:
                told = time.monotonic()
                self._say(f"PostgreSQL is still starting after {told - began:.0f} s: {_last_line(self._new_log_lines())}")
            time.sleep(0.02)
        complaints = [line for line in self._new_log_lines().splitlines() if re.search(r"\b(FATAL|PANIC):", line)]
        why = re.sub(r"^.*?(FATAL|PANIC):\s*", "", complaints[0]) if complaints else "it ended without saying why"
        raise ClusterError(
            f"PostgreSQL does not start: {why} (see {self.log}). Nothing was changed; if the files are damaged, restore a backup."
        )

    def _new_log_lines(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            return log.read().decode(errors="replace")

    def _make_roles_and_database(self) -> None:
        owner = ROLE_NAMES["owner"]
        with psycopg.connect(self.url("superuser", "postgres", over="socket"), autocommit=True) as connection:
            roles.ensure_role(connection, owner, self.secrets.owner, may_create=True)
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(owner)))
        with psycopg.connect(self.url("owner", over="socket"), autocommit=True) as connection:
            roles.ensure_role(connection, ROLE_NAMES["product"], self.secrets.product)


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def _place(folder: Path, account: Account, stack: ExitStack) -> tuple[str, tuple[int, ...]]:
    """
    What to call `folder` towards a process of `account`, and the descriptors it must inherit for it.

    Below a folder closed to the account (/root) a path is useless, an open folder is not: it is handed over as a descriptor.
    """
    if account.may_reach(folder):
        return str(folder), ()
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    stack.callback(os.close, descriptor)
    return f"/proc/self/fd/{descriptor}", (descriptor,)


def _readable_once(secret: str, account: Account, stack: ExitStack) -> int:
    """A pipe that holds a secret: it never stands in a file or on a command line."""
    reader, writer = os.pipe()
    stack.callback(os.close, reader)
    if account.is_other:
        os.fchown(reader, account.uid, account.gid)
    with os.fdopen(writer, "w") as file:
        file.write(secret + "\n")
    return reader


def _socket_folder(folder: Path, account: Account) -> Path:
    """A private folder for the socket: in the installation where the path is short and open enough, else a short one in /tmp."""
    for candidate in (folder / "socket", leftovers.short_folder(folder, account.uid)):
        if len(str(candidate / ".s.PGSQL.65535")) > LONGEST_SOCKET_PATH or not account.may_reach(candidate):
            continue
        if not candidate.exists():
            account.make_folder(candidate)
        if not candidate.is_symlink() and candidate.stat().st_uid == account.uid:
            return candidate
    raise ClusterError(f"There is no place for PostgreSQL's socket: remove {leftovers.short_folder(folder, account.uid)}, someone else's.")


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGDATA or PGOPTIONS of the caller would change what the server does."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _end(server: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
    for how, within in ((signal.SIGINT, STOP_WITHIN), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
        if server.poll() is None:
            server.send_signal(how)
        try:
            server.wait(within)
            return
        except subprocess.TimeoutExpired:
            say(f"PostgreSQL does not stop within {within:.0f} s, pressing harder.")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]
