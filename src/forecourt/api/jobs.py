"""Background work of the API shell."""

from procrastinate.contrib.django import app

from forecourt.api import idempotency, limits
from forecourt.kit import clock


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="api.purge_rate_counters", pass_context=False)
def purge_rate_counters(timestamp: int) -> None:
    limits.purge(at=clock.now())


@app.periodic(cron="43 * * * *")
@app.task(queueing_lock="api.purge_idempotency_keys", pass_context=False)
def purge_idempotency_keys(timestamp: int) -> None:
    idempotency.purge(at=clock.now())
