"""Periodic work of the kit: what was set aside comes back by itself a few times, and what a killed worker had in hand is taken up."""

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from forecourt.kit import clock, outbox

TRIES = 3  # of a job whose worker is killed each time


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="kit.retry_set_aside", pass_context=False)
def retry_set_aside(timestamp: int) -> int:
    """Put outbox rows back whose pause is over."""
    return outbox.retry_due(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="kit.take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """
    The jobs of workers that have said nothing for 30 s: what somebody asked for is begun again, as each such job can be, a few
    times (it may be what kills them). A periodic run has failed; the next one comes anyway, and would wait for ever for its lock.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if job.queueing_lock is None and job.attempts < TRIES:
            await manager.retry_job(job)
        elif job.id is not None:
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)
