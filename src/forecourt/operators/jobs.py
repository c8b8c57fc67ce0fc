"""Periodic work of operators."""

from procrastinate.contrib.django import app

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.operators import operations


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="operators.expire_invitations", pass_context=False)
def expire_invitations(timestamp: int) -> int:
    """Invitations that nobody answered in time."""
    return operations.expire_invitations(actor=Actor.system("invitations"), at=clock.now())
