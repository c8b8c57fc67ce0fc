"""Work of the worker: partitions of the log made ahead and dropped in time, short-lived rows purged."""

from datetime import timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from forecourt.gateway import operations
from forecourt.gateway.config import CONFIG
from forecourt.kit import clock, partitions


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="gateway.keep_log", pass_context=False)
def keep_log(timestamp: int) -> None:
    """Hourly: the log's days ahead, and its old days away (`FORECOURT_OCPP_MESSAGE_DAYS`)."""
    at = clock.now()
    partitions.make_days("ocpp_message", at=at)
    partitions.drop_before("ocpp_message", before=at - timedelta(days=settings.OCPP_MESSAGE_DAYS))


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="gateway.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """Every ten minutes: answers that nobody asks for again, old refusals and connection history."""
    at = clock.now()
    operations.forget_seen(before=at - timedelta(minutes=CONFIG.repeat_minutes))
    operations.forget_history(before=at - timedelta(days=CONFIG.refused_days))
