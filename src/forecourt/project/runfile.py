"""
An installation folder as seen by commands: who runs on it, and where everything answers.

`run.json` exists while `forecourt up` runs on the folder; other commands find the database and the addresses in it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Self

from forecourt.project.embedded.secrets import Secrets, write_private
from forecourt.project.refusal import Refusal

DEFAULT_FOLDER = "./forecourt-data"


@dataclass(frozen=True, slots=True)
class RunFile:
    """What `forecourt up` says about itself. Addresses are as seen from this machine; URLs of databases hold passwords."""

    pid: int
    state: Literal["starting", "running", "paused"]
    portal: str
    api: str
    ocpp: str
    web_port: int
    ocpp_port: int
    database_url: str
    database_owner_url: str
    processes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The run file of a living `forecourt up`, None if there is none."""
        try:
            found = cls(**json.loads(place(folder).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return found if is_locked(folder / "lock") else None

    def write(self, folder: Path) -> None:
        """Write it all at once, readable by its owner alone."""
        write_private(place(folder), json.dumps(asdict(self), indent=2) + "\n")


def place(folder: Path) -> Path:
    return folder / "run.json"


def chosen_folder(given: str | None) -> Path:
    """`--data`, else `FORECOURT_DATA_DIR`, else `./forecourt-data`."""
    return Path(given or os.environ.get("FORECOURT_DATA_DIR") or DEFAULT_FOLDER).resolve()


def adopt_environment(given: str | None, *, as_owner: bool = False) -> Path:
    """
    Set the environment of a command that works on an installation, and return its folder.

    `--data` names it; without, `DATABASE_URL` counts where it is set, else the default folder.

    :param as_owner: connect as the owner of the schema instead of as the product.
    :raises Refusal: if nothing runs on the folder, or the owner's address is needed and unknown.
    """
    folder = chosen_folder(given)
    if given or "DATABASE_URL" not in os.environ:
        running = RunFile.read(folder)
        if running is None:
            raise Refusal(f"Forecourt does not run on {folder}: start it with `forecourt up`, or name another folder with --data.")
        os.environ |= environment(folder, running)
        os.environ["DATABASE_OWNER_URL"] = running.database_owner_url
    if as_owner and not os.environ.get("DATABASE_OWNER_URL"):
        raise Refusal("DATABASE_OWNER_URL is not set: it is the address of the role that owns the schema.")
    if as_owner:
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
        os.environ.pop("DATABASE_DIRECT_URL", None)
    return folder


def environment(folder: Path, run: RunFile) -> dict[str, str]:
    """The settings of the processes of this installation."""
    return {
        "FORECOURT_SECRET_KEY": Secrets.read(folder / "secrets.json").secret_key,
        "FORECOURT_PUBLIC_URL": run.portal,
        "FORECOURT_OCPP_PUBLIC_URL": run.ocpp,
        "DATABASE_URL": run.database_url,
        "FORECOURT_DATA_DIR": str(folder),
        "FORECOURT_WEB_PORT": str(run.web_port),
        "FORECOURT_OCPP_PORT": str(run.ocpp_port),
    }


@contextmanager
def alone_on(folder: Path) -> Iterator[None]:
    """
    Hold the folder's lock.

    :raises Refusal: if another process holds it, or the folder cannot be written to.
    """
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Refusal(f"{folder} cannot be used: {error.strerror}. Choose another folder with --data, or start as its owner.") from None
    try:
        if not _lock(descriptor):
            running = RunFile.read(folder)
            who = f" (pid {running.pid}, {running.portal})" if running else ""
            raise Refusal(f"Forecourt already runs on {folder}{who}: stop it first, or choose another folder with --data.")
        yield
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock on this file."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file of its own, gone when we are, however we end."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _lock(descriptor):
            raise Refusal(f"{path} is held by another process: wait until it has ended.")
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
