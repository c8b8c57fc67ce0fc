"""Background work: data exports, erasures that are due, codes whose time is over."""

from datetime import timedelta

from procrastinate.contrib.django import app

from forecourt.access import Actor
from forecourt.identity import operations
from forecourt.identity.models import DataExport, OneTimeCode, Person
from forecourt.kit import clock

EXPORT_PATIENCE = timedelta(hours=6)
SYSTEM = Actor.system("identity")


@app.task(name="identity.make_export", pass_context=False)
def make_export(export_id: int) -> None:
    """Gather one person's data. If that fails the person may ask again; the error is on the operations page."""
    export = DataExport.objects.select_related("person").get(pk=export_id)
    if export.state != DataExport.State.RUNNING:
        return
    try:
        operations.finish_export(actor=SYSTEM, export=export, content=operations.gather(export), at=clock.now())
    except Exception:
        operations.fail_export(export, at=clock.now())
        raise


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="identity.erase_due", lock="identity.erase_due")
def erase_due(timestamp: int) -> None:
    """Accounts whose time to think again is over, every hour, each in its own transaction."""
    for person in Person.objects.filter(erasure_due_at__lte=clock.now()).order_by("erasure_due_at"):
        operations.erase_person(actor=SYSTEM, person=person, at=clock.now())


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="identity.forget_codes")
def forget_codes(timestamp: int) -> None:
    """One-time codes, unfinished sign-ups, and exports that a crash left running, every hour."""
    now = clock.now()
    OneTimeCode.objects.filter(expires_at__lte=now).delete()
    for stuck in DataExport.objects.filter(state=DataExport.State.RUNNING, asked_at__lte=now - EXPORT_PATIENCE):
        operations.fail_export(stuck, at=now)
