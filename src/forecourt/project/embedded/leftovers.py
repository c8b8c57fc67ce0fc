"""What a killed process leaves behind: servers that still run, half-made folders, stale pid files."""

import contextlib
import hashlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

STOP_WITHIN = 60.0


def end_processes_in(files: Path, say: Callable[[str], None]) -> None:
    """
    End every process that works in this cluster folder, then drop its stale pid file.

    The caller holds the installation's lock, so such a process belongs to nobody: its supervisor was killed. PostgreSQL's
    own check of `postmaster.pid` is not enough: after a restart of a container that number is often another process's.
    """
    began = time.monotonic()
    if processes_in(files):
        say("Ending the PostgreSQL of a Forecourt that was killed.")
    while pids := processes_in(files):
        waited = time.monotonic() - began
        for pid in pids:
            # Only the server itself knows SIGINT as "shut down fast"; its children follow it.
            how = signal.SIGKILL if waited > STOP_WITHIN else signal.SIGINT
            if how == signal.SIGKILL or _is_server(pid, pids):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
        time.sleep(0.1)
    (files / "postmaster.pid").unlink(missing_ok=True)


def processes_in(files: Path) -> list[int]:
    """The ids of the processes whose working folder is this one: PostgreSQL always works in its cluster's."""
    wanted = files.stat()
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _works_in(pid, wanted)]


def _works_in(pid: int, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(Path(f"/proc/{pid}/cwd").stat(), wanted)
    except OSError:  # gone, or someone else's
        return False


def _is_server(pid: int, others: list[int]) -> bool:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) not in others
    except OSError:
        return False


def remove_folder(folder: Path) -> None:
    """Remove a folder with all it holds; without effect if there is none."""
    if folder.exists():
        shutil.rmtree(folder)


def short_folder(folder: Path, uid: int) -> Path:
    """A short name in /tmp, always the same for one installation folder and account, so that nothing piles up there."""
    return Path("/tmp") / f"forecourt-{uid}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"  # noqa: S108 - private, and its owner is checked
