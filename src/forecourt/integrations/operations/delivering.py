"""
Taking what is to be sent, and recording what came of it. Nothing is sent here: that is `delivery`.

A configuration is leased to one sender at a time. A sender that dies leaves a lease that runs out; its entries are then sent
again, so an entry arrives at least once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.access.permissions import OperatorRole
from forecourt.identity.models import Person
from forecourt.integrations import rules
from forecourt.integrations.models import WebhookConfig, WebhookEntry
from forecourt.integrations.queries.webhooks import PENDING_SHOWN
from forecourt.integrations.secrets import headers_of, secret_of
from forecourt.kit.operations import operation
from forecourt.notifications import operations as notifications
from forecourt.operators.models import OperatorMember
from forecourt.operators.rules import in_account

LEASE = timedelta(seconds=60)  # several times the longest request
State = WebhookEntry.State
DUE = """
UPDATE integrations_webhookconfig SET leased_until = %(until)s WHERE id IN (
  SELECT c.id FROM integrations_webhookconfig c JOIN integrations_credential k ON k.id = c.credential_id
  WHERE c.switched_off_at IS NULL AND c.next_try_at <= %(at)s AND (c.leased_until IS NULL OR c.leased_until <= %(at)s)
    AND (c.failing_since IS NOT NULL) = %(failing)s AND k.revoked_at IS NULL
    AND EXISTS (SELECT FROM integrations_webhookentry e WHERE e.config_id = c.id AND e.state = 'pending')
  ORDER BY c.next_try_at LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED)
RETURNING id, url, secret_encrypted, headers_encrypted, failures
"""
# Who was tried least comes first: what is refused again and again does not hold up the others.
WAITING = """
SELECT id, entity_type, entity_id, change, event_time, payload FROM integrations_webhookentry
WHERE config_id = %s AND state = 'pending' ORDER BY attempts, id LIMIT %s
"""
PENDING = "SELECT count(*) FROM (SELECT FROM integrations_webhookentry WHERE config_id = %s AND state = 'pending' LIMIT %s) AS waiting"


class Event(msgspec.Struct, rename="camel", frozen=True):
    """One entry of a delivery (§10.2)."""

    entity_type: str
    entity_id: str | None
    event_type: str
    event_time: str
    payload: msgspec.Raw | None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be sent to one receiver at once. `left`: how many more entries wait, counted up to 10,000."""

    config_id: int
    url: str
    secret: str
    headers: dict[str, str]
    entry_ids: list[int]
    events: list[Event]
    left: int
    failures: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch. `status` None: no answer, and `error` says why."""

    batch: Batch
    status: int | None
    answer: str = ""
    error: str = ""

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@operation
def lease_batches(*, limit: int, is_failing: bool, at: datetime) -> list[Batch]:
    """Up to `limit` receivers with something to send that nobody else is at, each for itself until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"until": at + LEASE, "at": at, "failing": is_failing, "limit": limit})
        return [_batch(*row) for row in cursor.fetchall()]


def _batch(config_id: int, url: str, secret: bytes, headers: bytes, failures: int) -> Batch:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [config_id, rules.batch_size(failures)])
        rows = cursor.fetchall()
        cursor.execute(PENDING, [config_id, PENDING_SHOWN])
        (count,) = cursor.fetchone()
    events = [Event(kind, id, change, milliseconds(at), _raw(payload)) for _id, kind, id, change, at, payload in rows]
    return Batch(config_id, url, secret_of(secret), headers_of(headers), [row[0] for row in rows], events, count - len(rows), failures)


def milliseconds(at: datetime) -> str:
    """RFC 3339 in UTC with three decimals (§10.2)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _raw(payload: str | None) -> msgspec.Raw | None:
    return None if payload is None else msgspec.Raw(payload.encode())


@operation
def record_outcomes(outcomes: Sequence[Outcome], *, at: datetime) -> None:
    """Record what came of batches, and when their receivers are tried again. Twice is as once."""
    for outcome in sorted(outcomes, key=lambda outcome: outcome.batch.config_id):
        if outcome.is_delivered:
            _delivered(outcome, at)
        else:
            _failed(outcome, at)


def _delivered(outcome: Outcome, at: datetime) -> None:
    _entries(outcome).update(state=State.COMPLETED, closed_at=at, error="", **_tried(outcome, at))
    WebhookConfig.objects.filter(pk=outcome.batch.config_id).update(failing_since=None, failures=0, next_try_at=at, leased_until=None)


def _failed(outcome: Outcome, at: datetime) -> None:
    entries = _entries(outcome)
    entries.update(error=outcome.error[:300], **_tried(outcome, at))
    entries.filter(attempts__gte=rules.MOST_ATTEMPTS).update(state=State.FAILED, closed_at=at)
    config = WebhookConfig.objects.select_for_update(no_key=True).filter(pk=outcome.batch.config_id).first()
    if config is None or config.switched_off_at:
        return
    config.failing_since = config.failing_since or at
    config.failures += 1
    config.next_try_at, config.leased_until = at + rules.retry_after(config.failures), None
    config.save(update_fields=["failing_since", "failures", "next_try_at", "leased_until"])
    if rules.is_given_up(config.failing_since, at):
        _switch_off(config, outcome, at)


def _entries(outcome: Outcome) -> QuerySet[WebhookEntry]:
    return WebhookEntry.objects.filter(pk__in=outcome.batch.entry_ids, state=State.PENDING)


def _tried(outcome: Outcome, at: datetime) -> dict[str, Any]:
    return {"attempts": F("attempts") + 1, "last_tried_at": at, "last_status": outcome.status, "answer": outcome.answer[:500]}


def _switch_off(config: WebhookConfig, outcome: Outcome, at: datetime) -> None:
    """Five days of nothing but failure: stop, keep what waits for a week, and say so."""
    reason = outcome.error or _("The receiver answered %(status)s.") % {"status": outcome.status}
    config.switched_off_at, config.switched_off_reason = at, reason[:300]
    config.save(update_fields=["switched_off_at", "switched_off_reason"])
    WebhookEntry.objects.filter(config=config, state=State.PENDING).update(state=State.FAILED, closed_at=at)
    admins = OperatorMember.objects.filter(operator_id=config.operator_id, role=OperatorRole.ADMIN, state=OperatorMember.State.ACCEPTED)
    for person in Person.objects.filter(pk__in=admins.values("person_id"), deleted_at=None):
        _tell(config, person)


def _tell(config: WebhookConfig, person: Person) -> None:
    name, path = config.credential.name, in_account(f"/api-keys/{config.credential_id}", config.operator_id)
    with override(person.language):
        subject = _("The webhook of “%(name)s” was switched off") % {"name": name}
        says = _(
            "Nothing could be delivered to it for five days. What waits is kept for a week; switch it on again when the receiver works."
        )
    if person.email:
        notifications.send_email(
            to=person.email, subject=subject, text=f"{says}\n\n{settings.PUBLIC_URL}{path}", kind="webhook-off", person_id=person.pk,
            organisation_id=config.organisation_id, operator_id=config.operator_id,
        )  # fmt: skip
    notifications.notify(person_id=person.pk, text=subject, url=path)


def purge_entries(*, at: datetime) -> int:
    """Delete entries a day after they were delivered and a week after they were given up; how many."""
    old = Q(state=State.COMPLETED, closed_at__lte=at - rules.COMPLETED_KEPT) | Q(closed_at__lte=at - rules.FAILED_KEPT)
    return WebhookEntry.objects.filter(old).delete()[0]
