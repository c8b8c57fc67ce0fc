"""Background work of teams: runs over many of them, and invitations whose time is over."""

from procrastinate.contrib.django import app

from forecourt.access import Actor
from forecourt.kit import clock
from forecourt.teams.operations.invitations import expire_invitations
from forecourt.teams.operations.nested import expire_nestings
from forecourt.teams.operations.runs import continue_run


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="teams.continue_runs", pass_context=False)
def continue_runs(timestamp: int) -> None:
    """Go on with imports and templates until none is left."""
    while continue_run(actor=Actor.system("team run"), at=clock.now()):
        pass


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="teams.expire_nestings", pass_context=False)
def expire_nested_invitations(timestamp: int) -> None:
    expire_nestings(actor=Actor.system("expiry"), at=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="teams.expire_invitations", pass_context=False)
def expire_invitations_to_teams(timestamp: int) -> None:
    """Links of invitations whose time is over end, and their state says so."""
    while expire_invitations(actor=Actor.system("expiry"), at=clock.now()):
        pass
