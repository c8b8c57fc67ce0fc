"""Background work of integrations."""

from procrastinate.contrib.django import app

from forecourt.integrations import operations
from forecourt.kit import clock


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="integrations.purge_tokens", pass_context=False)
def purge_tokens(timestamp: int) -> None:
    operations.purge_tokens(at=clock.now())


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="integrations.purge_webhook_entries", pass_context=False)
def purge_webhook_entries(timestamp: int) -> None:
    operations.purge_entries(at=clock.now())
