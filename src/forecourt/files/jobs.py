"""Periodic work on stored files."""

from procrastinate.contrib.django import app

from forecourt.files import operations
from forecourt.kit import clock


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="files.remove_expired")
def remove_expired(timestamp: int) -> None:
    """Files whose time is over, every hour."""
    operations.remove_expired(at=clock.now())
