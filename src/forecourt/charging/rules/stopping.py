"""
What to do about a charge that was asked to stop and goes on. A RemoteStop names one transaction, so asking again is harmless.

The table is in docs/domains/charging.md, "Asked to stop".
"""

from datetime import datetime, timedelta
from enum import Enum

MOST_REQUESTS = 5
PATIENCE = timedelta(minutes=1)  # for a stop that was accepted, and between two requests


class Next(Enum):
    WAIT = "wait"
    ASK = "ask"  # once more
    GO_ON = "go_on"  # it charges, as far as anybody knows


def after_request(*, outcome: str | None, asked_at: datetime | None, requests: int, is_refused: bool, at: datetime) -> Next:
    """
    `outcome` is the state of the newest stop command (None: there is none), `requests` their number. `is_refused`: the driver may not
    charge here, so that nobody but us will ask the station to stop.
    """
    if outcome in ("requested", "sent") or (asked_at is not None and at - asked_at < PATIENCE):
        return Next.WAIT
    is_unheard = outcome in ("unknown", "accepted")
    return Next.ASK if (is_unheard or is_refused) and requests < MOST_REQUESTS else Next.GO_ON
