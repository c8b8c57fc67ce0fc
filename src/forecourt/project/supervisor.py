"""
Several processes as one: started, watched, started again when they die, stopped in order.

The supervisor has one thread and blocks its signals, taking them where it waits; so nothing happens between two lines
that does not stand there. Children are forked: one that runs a function shares the memory of everything the supervisor
has imported, and starts at once.
"""

import contextlib
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forecourt.project.embedded.account import dies_with_parent
from forecourt.project.refusal import Refusal

TICK = 0.1
BACKOFF = (0.2, 10.0)
SETTLED_AFTER = 0.5  # one that cannot start dies sooner
STEADY_AFTER = 30.0  # a child that ran this long starts its backoff anew
GIVE_UP_AFTER = 5  # deaths of one child before everything was ready
LARGEST_LOG = 10_000_000
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stop(BaseException):
    """Somebody asked us to end. Not an Exception: nothing on the way may take it for a failure."""


@dataclass(frozen=True, slots=True)
class Child:
    """
    One process.

    :param body: a command line, or a function to run in a fork, whose result is the exit status.
    :param is_ready: asked until it says yes; without one, a child is ready when it has run for half a second.
    :param stop_within: seconds between SIGTERM and SIGKILL.
    """

    name: str
    body: Sequence[str] | Callable[[], int | None]
    is_ready: Callable[[], bool] = lambda: True
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_within: float = 10.0


@dataclass(slots=True)
class _Running:
    child: Child
    pid: int = 0
    since: float = 0.0
    wait: float = BACKOFF[0]
    start_at: float = 0.0
    deaths: int = 0


class Supervisor:
    """
    The children, in the order they are stopped in; they start in the opposite order.

    :param logs: a folder; each child writes to `NAME.log` there. None: they write where we do.
    :param say: told, in a line each, what a person should know.
    :param changed: told whenever the process ids are others than before.
    """

    def __init__(
        self, logs: Path | None, say: Callable[[str], None], changed: Callable[[dict[str, int]], None] = lambda pids: None
    ) -> None:  # fmt: skip
        self._logs, self._say, self._changed = logs, say, changed
        self._running: list[_Running] = []
        self._was_ready = False
        self._logs_checked = time.monotonic()
        signal.pthread_sigmask(signal.SIG_BLOCK, (*ENDING, signal.SIGCHLD))

    def start(self, children: Sequence[Child]) -> None:
        """Start them all, without waiting until they are ready."""
        gc.collect()
        gc.freeze()  # the collector leaves what is shared alone, so it stays shared
        self._running = [_Running(child) for child in children]
        for running in reversed(self._running):
            self._launch(running)
        self._tell()

    def wait_until_ready(self) -> None:
        """
        :raises Stop: if asked to end.
        :raises Refusal: if a child keeps dying.
        """
        waiting = self._running
        while waiting:
            self.tick()
            waiting = [running for running in waiting if not (self._has_settled(running) and running.child.is_ready())]
        self._was_ready = True

    def tick(self) -> None:
        """
        Wait a moment, or until something happens; start again what has died.

        :raises Stop: if asked to end.
        """
        heard = signal.sigtimedwait((*ENDING, signal.SIGCHLD), TICK)
        if heard and heard.si_signo != signal.SIGCHLD:
            raise Stop
        died = [running for running in self._running if running.pid and self._has_ended(running)]
        due = [running for running in self._running if not running.pid and time.monotonic() >= running.start_at]
        for running in due:
            self._launch(running)
        if died or due:
            self._tell()
        if time.monotonic() - self._logs_checked > 60:
            self._logs_checked = time.monotonic()
            for running in self._running:
                if log := self._log(running.child.name):
                    _shorten(log)

    def raise_if_asked_to_end(self) -> None:
        """For long work between ticks. :raises Stop: if asked to end."""
        if signal.sigpending() & set(ENDING):
            raise Stop

    def stop(self, *, at_once: bool = False) -> None:
        """Stop each child and wait for it: in order, or all at once. One that does not end in time is killed."""
        living = [running for running in self._running if running.pid]
        if at_once:
            for running in living:
                _kill(running.pid, signal.SIGTERM)
        for running in living:
            if not at_once:
                _kill(running.pid, signal.SIGTERM)
            if _wait(running.pid, running.child.stop_within) is None:
                self._say(f"{running.child.name} does not stop within {running.child.stop_within:.0f} s and is killed.")
            _kill_group(running.pid)
            running.pid = 0
        self._running = []
        self._was_ready = False

    def run_once(self, child: Child) -> int:
        """
        Run a child to its end, its output in ours, and return its exit status.

        :raises Stop: if asked to end; the child is ended first.
        """
        pid = self._fork(child, None)
        try:
            while (status := _wait(pid, 0)) is None:
                heard = signal.sigtimedwait((*ENDING, signal.SIGCHLD), TICK)
                if heard and heard.si_signo != signal.SIGCHLD:
                    raise Stop
        except BaseException:
            _kill(pid, signal.SIGTERM)
            _wait(pid, child.stop_within)
            _kill_group(pid)
            raise
        return status

    def _launch(self, running: _Running) -> None:
        log = self._log(running.child.name)
        if log:
            _shorten(log)
        running.pid = self._fork(running.child, log)
        running.since = time.monotonic()

    def _has_settled(self, running: _Running) -> bool:
        return running.pid > 0 and time.monotonic() - running.since > SETTLED_AFTER

    def _has_ended(self, running: _Running) -> bool:
        status = _wait(running.pid, 0)
        if status is None:
            return False
        _kill_group(running.pid)  # whatever it had started itself
        now, running.pid, running.deaths = time.monotonic(), 0, running.deaths + 1
        if now - running.since > STEADY_AFTER:
            running.wait = BACKOFF[0]
        name, log = running.child.name, self._log(running.child.name)
        if not self._was_ready and running.deaths >= GIVE_UP_AFTER:
            raise Refusal(f"{name} does not start" + (f": {_last_line(log)} (see {log})." if log else "."))
        said = f": {_last_line(log)}" if log else "."
        self._say(f"{name} ended with status {status}, starting it again in {running.wait:.1f} s{said}")
        running.start_at, running.wait = now + running.wait, min(running.wait * 2, BACKOFF[1])
        return True

    def _fork(self, child: Child, log: Path | None) -> int:
        end_with_us = dies_with_parent(signal.SIGKILL)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            os.setsid()
            end_with_us()
            _redirect(log)
            os.environ.update(child.environment)
            status = _run(child)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def _log(self, name: str) -> Path | None:
        return self._logs / f"{name}.log" if self._logs else None

    def _tell(self) -> None:
        self._changed({running.child.name: running.pid for running in self._running if running.pid})


def _run(child: Child) -> int:
    if not callable(child.body):
        os.execvp(child.body[0], list(child.body))  # noqa: S606 - our own commands
    return child.body() or 0


def run_beside(bodies: Mapping[str, Callable[[], int]], say: Callable[[str], None]) -> int:
    """
    Several equals as one process: each started again when it dies, all stopped at once when we are asked to end.

    :raises Refusal: if one keeps dying before all have begun.
    """
    supervisor = Supervisor(None, say)
    supervisor.start([Child(name, body) for name, body in bodies.items()])
    try:
        supervisor.wait_until_ready()
        while True:
            supervisor.tick()
    except Stop:
        return 0
    finally:
        supervisor.stop(at_once=True)


def _redirect(log: Path | None) -> None:
    """Standard input from nowhere; output into the log, if there is one. Everything else that is open was the parent's."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    if log:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
    os.closerange(3, 1 << 20)


def _wait(pid: int, within: float) -> int | None:
    """The exit status of our child as a shell has it, None if it has not ended in time."""
    until = time.monotonic() + within
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if time.monotonic() >= until:
            return None
        signal.sigtimedwait((signal.SIGCHLD,), min(0.1, within))


def _kill(pid: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _shorten(log: Path) -> None:
    """Keep one older log beside the current one. The child goes on writing: the file is copied and emptied, not moved."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing"
