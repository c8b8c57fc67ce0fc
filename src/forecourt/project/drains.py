"""
The drain of the outbox: a thread of the worker that gives waiting events to their reactions.

It polls (0.2 s when idle, at once after a full batch): a NOTIFY in every small transaction would cost half the commits.
More workers drain beside each other.
"""

import logging
import threading
from collections.abc import Callable

from django.db import Error, connection

from forecourt.kit import clock, outbox

IDLE_PAUSE = 0.2  # seconds
AFTER_ERROR = 2.0
log = logging.getLogger(__name__)


def run(stop: threading.Event, *, drain: Callable[[], int] | None = None) -> None:
    """Drain until told to stop. A lost database is waited for."""
    once = drain or drain_all
    while not stop.is_set():
        try:
            taken = once()
        except Error:
            log.exception("The outbox could not be drained; trying again.")
            connection.close()
            stop.wait(AFTER_ERROR)
            continue
        if taken == 0:
            stop.wait(IDLE_PAUSE)
    connection.close()


def drain_all() -> int:
    """One batch of every reaction that has something to do; how many rows were taken."""
    return sum(outbox.drain(reaction, at=clock.now()) for reaction in outbox.waiting_reactions())


def start() -> Callable[[], None]:
    """Start the thread; call the result to stop it and wait for the batch in hand."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=[stop], name="outbox-drain", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(timeout=20)

    return end
