"""Periodic work of the kit: what was set aside comes back by itself a few times."""

from procrastinate.contrib.django import app

from forecourt.kit import clock, outbox


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="kit.retry_set_aside", pass_context=False)
def retry_set_aside(timestamp: int) -> int:
    """Put outbox rows back whose pause is over."""
    return outbox.retry_due(at=clock.now())
