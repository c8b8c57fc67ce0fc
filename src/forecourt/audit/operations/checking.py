"""Computing every hash again, as a job: it takes minutes at ten million events."""

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from forecourt.access import Actor
from forecourt.audit import queries
from forecourt.audit.models import Chain, ChainCheck
from forecourt.kit.errors import DomainError
from forecourt.kit.operations import operation


class ChainCheckRuns(DomainError):
    """The chains are being checked already."""

    code = "chain_check_runs"


@operation
def ask_for_check(*, actor: Actor, person_id: int, at: datetime) -> ChainCheck:
    """
    Note that somebody wants all chains checked; a job does it.

    :raises ChainCheckRuns: while one runs (a unique key holds it, beside itself too).
    """
    total = Chain.objects.aggregate(events=Sum("sequence"))["events"] or 0
    try:
        with transaction.atomic():
            return ChainCheck.objects.create(asked_by_id=person_id, asked_at=at, total=total)
    except IntegrityError as error:
        raise ChainCheckRuns(_("The chains are being checked already.")) from error


def check_chains(check: ChainCheck) -> ChainCheck:
    """Compute every hash; what was found is in the row that is returned, not stored yet. Progress is seen while it runs."""
    beside = connection.copy()  # the walk is one transaction; what it says meanwhile is another's

    def told(checked: int) -> None:
        with beside.cursor() as cursor:
            cursor.execute("UPDATE audit_check SET checked = %s WHERE id = %s", [checked, check.pk])

    try:
        check.checked, breaks = queries.verify(told=told)
    finally:
        beside.close()
    check.breaks = [asdict(one) for one in breaks]
    return check


def finish_check(check: ChainCheck, *, at: datetime, has_failed: bool = False) -> None:
    ChainCheck.objects.filter(pk=check.pk).update(finished_at=at, checked=check.checked, breaks=check.breaks, has_failed=has_failed)
