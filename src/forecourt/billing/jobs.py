"""Periodic work of billing: members' monthly fees."""

from procrastinate.contrib.django import app

from forecourt.access import Actor
from forecourt.billing import operations
from forecourt.kit import clock


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="billing.member_fees", pass_context=False)
def member_fees(timestamp: int) -> int:
    """Months that have become owed, then every one that is due, each in a transaction of its own; how many were tried."""
    actor, tried = Actor.system("member fees"), 0
    operations.owe_member_fees(actor=actor, at=clock.now())
    while operations.collect_member_fee(actor=actor, at=clock.now()):
        tried += 1
    return tried
