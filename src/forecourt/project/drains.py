"""
The drains of the worker, a thread each: the outbox gives waiting events to their reactions, the audit log is sealed and
streamed, what changed is collected for webhooks. Beside them the sender of webhooks.

They poll (0.2 s when idle; after a batch they rest half as long as it took, longer where a backlog takes longer than it
can: no backlog is as urgent as what stations say). A
NOTIFY in every small transaction would cost half the commits.
More workers drain beside each other; of the sealers and of the collectors one works.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from forecourt.audit import jobs as audit_jobs
from forecourt.audit import operations as audit
from forecourt.integrations.delivery import Sender
from forecourt.integrations.operations import collecting as webhooks
from forecourt.kit import clock, outbox

IDLE_PAUSE = 0.2  # seconds
STREAM_PAUSE = 1.0
COLLECT_PAUSE = 2.0  # partner API §10.2
REST = 0.5  # of the time that a batch took
MOST_REST = 2.0
BUSY = 1.5
AFTER_ERROR = 2.0
log = logging.getLogger(__name__)


class Pace:
    """
    How long to rest after a batch. A backlog whose batches take more than half as long again as they can has the machine busy,
    and rests the longer for it.
    """

    def __init__(self) -> None:
        self._best = float("inf")  # seconds a row, of a full batch; forgotten slowly

    def rest(self, taken: int, seconds: float) -> float:
        """Seconds, after `taken` rows took so many."""
        if taken < outbox.BATCH:
            return REST * seconds
        each = seconds / taken
        self._best = min(self._best * 1.02, each)
        return seconds * min(REST * max(1.0, each / (BUSY * self._best)) ** 2, MOST_REST)


def run(stop: threading.Event, *, drain: Callable[[], int] | None = None, idle_pause: float = IDLE_PAUSE) -> None:
    """Drain until told to stop. A lost database is waited for, and nothing ends the thread."""
    once, pace = drain or drain_all, Pace()
    while not stop.is_set():
        begun = time.monotonic()
        try:
            taken = once()
        except Exception:
            log.exception("A drain failed; trying again.")
            connection.close()
            stop.wait(AFTER_ERROR)
            continue
        stop.wait(pace.rest(taken, time.monotonic() - begun) if taken else idle_pause)
    connection.close()


def drain_all() -> int:
    """One batch of every reaction that has something to do; how many rows were taken."""
    return sum(outbox.drain(reaction, at=clock.now()) for reaction in outbox.waiting_reactions())


def start() -> Callable[[], None]:
    """Start the threads; call the result to stop them and wait for the batches in hand."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=run, args=[stop], kwargs={"drain": drain, "idle_pause": pause}, name=name, daemon=True)
        for name, drain, pause in (
            ("outbox-drain", drain_all, IDLE_PAUSE),
            ("audit-sealer", audit.seal, IDLE_PAUSE),
            ("audit-streams", audit_jobs.deliver, STREAM_PAUSE),
            ("webhook-collector", webhooks.collect, COLLECT_PAUSE),
        )
    ]
    threads.append(threading.Thread(target=Sender(stop).run, name="webhook-sender", daemon=True))
    for thread in threads:
        thread.start()

    def end() -> None:
        stop.set()
        for thread in threads:
            thread.join(timeout=20)

    return end
