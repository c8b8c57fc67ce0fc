"""Periodic work of charging: what nobody answered, and cables that nobody was heard to release."""

from procrastinate.contrib.django import app

from forecourt.charging import operations
from forecourt.kit import clock, partitions

_BATCH = 500


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="charging.expire", pass_context=False)
def expire(timestamp: int) -> None:
    """Give up unanswered starts and reservations that ran out; follow the charges that were asked to stop and go on."""
    while operations.expire_charges(at=clock.now(), limit=_BATCH) == _BATCH:
        pass
    operations.follow_unstopped(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="charging.stop_at_price_limits", pass_context=False)
def stop_at_price_limits(timestamp: int) -> None:
    """Stop the charges that have come to their driver's price without a sample."""
    operations.stop_at_price_limits(at=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="charging.settle_unreleased", pass_context=False)
def settle_unreleased(timestamp: int) -> None:
    """Settle charges twelve hours after their stop, if their cable was never heard to be released."""
    while operations.settle_unreleased(at=clock.now(), limit=_BATCH) == _BATCH:
        pass


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="charging.end_lost", pass_context=False)
def end_lost(timestamp: int) -> None:
    """End charges of which nothing was heard for three days."""
    while operations.end_lost_charges(at=clock.now(), limit=_BATCH) == _BATCH:
        pass


@app.periodic(cron="17 */6 * * *")
@app.task(queueing_lock="charging.make_partitions", pass_context=False)
def make_partitions(timestamp: int) -> None:
    """Raw samples are kept by day."""
    partitions.make_days("meter_value", at=clock.now())
