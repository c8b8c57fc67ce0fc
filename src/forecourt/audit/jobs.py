"""Background work of the audit log. Sealing and streaming are threads of the worker (project/drains.py)."""

from datetime import timedelta

from procrastinate.contrib.django import app

from forecourt.access import Actor
from forecourt.audit import operations, queries
from forecourt.audit.models import ChainCheck, LogExport
from forecourt.kit import clock, partitions
from forecourt.portal.exports import guarded

PATIENCE = timedelta(hours=6)  # with an export or a check that a crash left running
SYSTEM = Actor.system("audit")


class ChainBroken(Exception):
    """The log is not what was sealed. The job fails, so that it stands on the operations page until somebody has looked."""


@app.periodic(cron="10 2 * * *")
@app.task(queueing_lock="audit.make_partitions")
def make_partitions(timestamp: int) -> None:
    """A partition for this month and the next two."""
    partitions.make_months("audit_event", at=clock.now())


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="audit.verify_chains")
def verify_chains(timestamp: int) -> None:
    """
    Every hash again, each night.

    :raises ChainBroken: naming the first bad row of each chain.
    """
    _, breaks = queries.verify()
    if breaks:
        raise ChainBroken(
            "; ".join(f"organisation {one.organisation_id}, number {one.sequence} (event {one.event_id}): {one.why}" for one in breaks)
        )


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="audit.remove_old", lock="audit.remove_old")
def remove_old(timestamp: int) -> None:
    """What is older than its organisation keeps it, each night before the check."""
    operations.remove_old(actor=SYSTEM, at=clock.now())


@app.task(name="audit.make_export", pass_context=False)
def make_export(export_id: int) -> None:
    """Write one export. If that fails the person is told and may ask again; the error is on the operations page."""
    export = LogExport.objects.get(pk=export_id)
    if export.state != LogExport.State.RUNNING:
        return
    try:
        content = operations.write_export(export, guarded=guarded)
    except Exception:
        operations.fail_export(actor=SYSTEM, export=export, at=clock.now())
        raise
    operations.finish_export(actor=SYSTEM, export=export, content=content, at=clock.now())


@app.task(name="audit.check_chains", pass_context=False)
def check_chains(check_id: int) -> None:
    """Compute every hash for a page of the platform."""
    check = ChainCheck.objects.get(pk=check_id)
    if check.finished_at:
        return
    try:
        operations.check_chains(check)
    except Exception:
        operations.finish_check(check, at=clock.now(), has_failed=True)
        raise
    operations.finish_check(check, at=clock.now())


@app.periodic(cron="53 * * * *")
@app.task(queueing_lock="audit.give_up")
def give_up(timestamp: int) -> None:
    """Exports and checks that a crash left running, every hour."""
    now = clock.now()
    for export in LogExport.objects.filter(state=LogExport.State.RUNNING, asked_at__lte=now - PATIENCE):
        operations.fail_export(actor=SYSTEM, export=export, at=now)
    for check in ChainCheck.objects.filter(finished_at=None, asked_at__lte=now - PATIENCE):
        operations.finish_check(check, at=now, has_failed=True)


def deliver() -> int:
    """One round of all streams, for a thread of the worker; how many events arrived."""
    return operations.deliver(at=clock.now())
