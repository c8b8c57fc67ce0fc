"""Background work of single sign-on."""

from procrastinate.contrib.django import app

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.sso.operations import domains, signing_in

SYSTEM = Actor.system("single sign-on")


@app.periodic(cron="11 2 * * *")
@app.task(queueing_lock="sso.recheck_domains", pass_context=False)
def recheck_domains(timestamp: int) -> None:
    """The records of proved domains, every night."""
    domains.recheck_domains(actor=SYSTEM, at=clock.now())


@app.periodic(cron="37 * * * *")
@app.task(queueing_lock="sso.purge", pass_context=False)
def purge(timestamp: int) -> None:
    signing_in.purge(at=clock.now())
