"""Periodic work of charging: what nobody answered, and cables that nobody was heard to release."""

from procrastinate.contrib.django import app

from forecourt.charging import operations
from forecourt.kit import clock, partitions

_BATCH = 500


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="charging.expire", pass_context=False)
def expire(timestamp: int) -> None:
    """Give up unanswered starts and reservations that ran out; put charges back that no open request stops."""
    while operations.expire_charges(at=clock.now(), limit=_BATCH) == _BATCH:
        pass
    operations.resume_unstopped()


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="charging.settle_unreleased", pass_context=False)
def settle_unreleased(timestamp: int) -> None:
    """Settle charges twelve hours after their stop, if their cable was never heard to be released."""
    while operations.settle_unreleased(at=clock.now(), limit=_BATCH) == _BATCH:
        pass


@app.periodic(cron="17 */6 * * *")
@app.task(queueing_lock="charging.make_partitions", pass_context=False)
def make_partitions(timestamp: int) -> None:
    """Raw samples are kept by day."""
    partitions.make_days("meter_value", at=clock.now())
