"""Periodic work of the audit log."""

from procrastinate.contrib.django import app

from forecourt.kit import clock, partitions


@app.periodic(cron="10 2 * * *")
@app.task(queueing_lock="audit.make_partitions")
def make_partitions(timestamp: int) -> None:
    """A partition for this month and the next two."""
    partitions.make_months("audit_event", at=clock.now())
