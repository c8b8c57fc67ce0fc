"""Periodic work of the audit log. Sealing is a thread of the worker (project/drains.py)."""

from procrastinate.contrib.django import app

from forecourt.audit import queries
from forecourt.kit import clock, partitions


class ChainBroken(Exception):
    """The log is not what was sealed. The job fails, so that it stands on the operations page until somebody has looked."""


@app.periodic(cron="10 2 * * *")
@app.task(queueing_lock="audit.make_partitions")
def make_partitions(timestamp: int) -> None:
    """A partition for this month and the next two."""
    partitions.make_months("audit_event", at=clock.now())


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="audit.verify_chains")
def verify_chains(timestamp: int) -> None:
    """
    Every hash again, each night.

    :raises ChainBroken: naming the first bad row of each chain.
    """
    _, breaks = queries.verify()
    if breaks:
        raise ChainBroken(
            "; ".join(f"organisation {one.organisation_id}, number {one.sequence} (event {one.event_id}): {one.why}" for one in breaks)
        )
