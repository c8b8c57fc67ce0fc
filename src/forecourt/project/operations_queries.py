"""Reads of the operations page: how the installation runs. Of all tenants together; no tenant's rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from forecourt.gateway.models import GatewayProcess
from forecourt.gateway.operations import DEAD_AFTER
from forecourt.kit.models import OutboxRow

NEWEST = 50
JOB_STATES = {
    "todo": "waiting", "doing": "running", "succeeded": "done", "failed": "failed", "cancelled": "cancelled", "aborted": "cancelled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    reaction: str
    count: int
    oldest_at: datetime


def outbox_waiting() -> list[Waiting]:
    """Events that wait for their reaction, per reaction; nothing where all is done."""
    rows = OutboxRow.objects.filter(set_aside_at=None).order_by("reaction").values_list("reaction").annotate(Count("id"), Min("created_at"))
    return [Waiting(*row) for row in rows]


def set_aside() -> QuerySet[OutboxRow]:
    """Events whose reaction failed alone, the latest first."""
    return OutboxRow.objects.filter(set_aside_at__isnull=False).order_by("-set_aside_at", "-id")


def jobs_by_state() -> list[tuple[str, int]]:
    """(state as the portal shows it, how many)."""
    counts: dict[str, int] = {}
    for status, count in ProcrastinateJob.objects.order_by().values_list("status").annotate(Count("id")):
        counts[JOB_STATES.get(status, "other")] = counts.get(JOB_STATES.get(status, "other"), 0) + count
    return [(state, counts[state]) for state in ("waiting", "running", "done", "failed", "cancelled", "other") if state in counts]


@dataclass(frozen=True, slots=True)
class FailedJob:
    id: int
    task: str
    arguments: dict[str, Any]
    attempts: int
    failed_at: datetime | None


def failed_jobs() -> list[FailedJob]:
    """Jobs that failed for good, the latest first."""
    jobs = list(ProcrastinateJob.objects.filter(status="failed").order_by("-id")[:NEWEST])
    events = ProcrastinateEvent.objects.filter(job__in=[job.pk for job in jobs], type="failed").order_by()
    failed_at = dict(events.values_list("job").annotate(Max("at")))
    return [FailedJob(job.pk, job.task_name.removeprefix("forecourt."), job.args, job.attempts, failed_at.get(job.pk)) for job in jobs]


@dataclass(frozen=True, slots=True)
class Gateway:
    name: str
    address: str
    is_alive: bool
    started_at: datetime
    heartbeat_at: datetime
    connections: int
    messages: int


def gateways(*, at: datetime) -> list[Gateway]:
    """Gateways that have not said good-bye; alive is one whose heartbeat is fresh."""
    rows = GatewayProcess.objects.filter(stopped_at=None).order_by("-heartbeat_at")[:NEWEST]
    return [
        Gateway(row.name, row.address, row.heartbeat_at > at - DEAD_AFTER, row.started_at, row.heartbeat_at, row.connections, row.messages)
        for row in rows
    ]
