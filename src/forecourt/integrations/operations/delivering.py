"""
Taking what is to be sent, and recording what came of it. Nothing is sent here: that is `delivery`.

A configuration is leased to one sender at a time. A sender that dies leaves a lease that runs out; its entries are then sent
again, so an entry arrives at least once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from forecourt.access.permissions import OperatorRole
from forecourt.api.rows import read
from forecourt.identity.models import Person
from forecourt.integrations import rules
from forecourt.integrations.models import WebhookConfig, WebhookEntry
from forecourt.integrations.queries.webhooks import PENDING_SHOWN
from forecourt.integrations.secrets import Unreadable, headers_of, previous_secret_of, secret_of
from forecourt.kit.operations import operation
from forecourt.notifications import operations as notifications
from forecourt.operators.models import OperatorMember
from forecourt.operators.rules import in_account

LEASE = timedelta(seconds=30)  # three times the longest request; how long what a dead sender had is left alone
State = WebhookEntry.State
DUE = """
UPDATE integrations_webhookconfig SET leased_until = %(until)s WHERE id IN (
  SELECT c.id FROM integrations_webhookconfig c JOIN integrations_credential k ON k.id = c.credential_id
  WHERE c.switched_off_at IS NULL AND (c.next_try_at <= %(at)s OR c.is_one_refused) AND (c.leased_until IS NULL OR c.leased_until <= %(at)s)
    AND (c.failing_since IS NOT NULL) = %(failing)s AND k.revoked_at IS NULL
    AND EXISTS (SELECT FROM integrations_webhookentry e WHERE e.config_id = c.id AND e.state = 'pending'
                AND (c.next_try_at <= %(at)s OR e.attempts = 0))
  ORDER BY c.next_try_at LIMIT %(limit)s FOR UPDATE OF c SKIP LOCKED)
RETURNING id, url, secret_encrypted, CASE WHEN previous_secret_until > %(at)s THEN previous_secret_encrypted END, headers_encrypted, failures
"""
# Who was tried least comes first: what is refused again and again does not hold up the others.
WAITING = """
SELECT c.id, e.attempts, e.id, e.entity_type, e.entity_id, e.change, e.event_time, e.payload
FROM unnest(%(configs)s::bigint[], %(most)s::int[]) AS c (id, most), LATERAL (
  SELECT id, entity_type, entity_id, change, event_time, payload, attempts FROM integrations_webhookentry
  WHERE config_id = c.id AND state = 'pending' ORDER BY attempts, id LIMIT c.most) AS e
ORDER BY c.id, e.attempts, e.id
"""
PENDING = """
SELECT c.id, count(*) FROM unnest(%(configs)s::bigint[]) AS c (id), LATERAL (
  SELECT FROM integrations_webhookentry WHERE config_id = c.id AND state = 'pending' LIMIT %(shown)s) AS waiting
GROUP BY c.id
"""
DELIVERED = """
WITH told AS (
  SELECT e.id, o.status, o.answer
  FROM unnest(%(configs)s::bigint[], %(statuses)s::int[], %(answers)s::text[]) AS o (config_id, status, answer)
  JOIN integrations_webhookentry e USING (config_id) WHERE e.id = ANY(%(ids)s) AND e.state = 'pending'
  ORDER BY e.id FOR NO KEY UPDATE OF e)
UPDATE integrations_webhookentry e SET state = 'completed', closed_at = %(at)s, error = '', attempts = e.attempts + 1,
  last_tried_at = %(at)s, last_status = told.status, answer = told.answer
FROM told WHERE e.id = told.id
"""
WORKING = """
UPDATE integrations_webhookconfig SET failing_since = NULL, failures = 0, is_one_refused = false, accepted_at = %(at)s,
  next_try_at = %(at)s, leased_until = NULL
WHERE id IN (SELECT id FROM integrations_webhookconfig WHERE id = ANY(%(configs)s) ORDER BY id FOR NO KEY UPDATE)
"""


class Event(msgspec.Struct, rename="camel", frozen=True):
    """One entry of a delivery (§10.2)."""

    entity_type: str
    entity_id: str | None
    event_type: str
    event_time: str
    payload: msgspec.Raw | None


@dataclass(frozen=True, slots=True)
class Batch:
    """
    What is to be sent to one receiver at once. `left`: how many more entries wait, counted up to 10,000.

    `previous_secret` signs too, if it is still good. `unreadable`: why it cannot be sent at all, for want of the secret.
    """

    config_id: int
    url: str
    secret: str
    headers: dict[str, str]
    entry_ids: list[int]
    events: list[Event]
    left: int
    failures: int
    previous_secret: str = ""
    unreadable: str = ""


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
        due = cursor.fetchall()
    if not due:
        return []
    waiting, counts = _waiting({id: rules.batch_size(failures) for id, *_rest, failures in due})
    WebhookConfig.objects.filter(pk__in=[id for id, *_rest in due if id not in waiting]).update(leased_until=None)
    return [_batch(config, waiting[config[0]], counts.get(config[0], 0)) for config in due if config[0] in waiting]


def _batch(config: tuple[Any, ...], rows: list[tuple[Any, ...]], count: int) -> Batch:
    config_id, url, secret, previous, headers, failures = config
    ids, events = [row[0] for row in rows], [_event(*row) for row in rows]
    left = max(0, count - len(rows))
    try:
        return Batch(config_id, url, secret_of(secret), headers_of(headers), ids, events, left, failures, previous_secret_of(previous))
    except Unreadable as error:  # this receiver's delivery fails; the others' go on
        return Batch(config_id, url, "", {}, ids, events, left, failures, unreadable=error.message)


def _waiting(most: Mapping[int, int]) -> tuple[dict[int, list[tuple[Any, ...]]], dict[int, int]]:
    """For each configuration its next entries, so many at most, and how many wait. One may be missing: another sender was quicker."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for config_id, *entry in read(WAITING, {"configs": list(most), "most": list(most.values())}):
        found[config_id].append(tuple(entry))
    return {id: _together(rows) for id, rows in found.items()}, dict(read(PENDING, {"configs": list(most), "shown": PENDING_SHOWN}))


def _together(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Those that go in one delivery: the untried by themselves; what failed in fewer the more often it did, until each is alone."""
    least = rows[0][0]
    return [row[1:] for row in rows[: rules.batch_size(least)] if least or not row[0]]


def _event(_id: int, kind: str, entity_id: str, change: str, at: datetime, payload: str | None) -> Event:
    return Event(kind, entity_id, change, milliseconds(at), _raw(payload))


def milliseconds(at: datetime) -> str:
    """RFC 3339 in UTC with three decimals (§10.2)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _raw(payload: str | None) -> msgspec.Raw | None:
    return None if payload is None else msgspec.Raw(payload.encode())


@operation
def record_outcomes(outcomes: Sequence[Outcome], *, at: datetime) -> None:
    """Record what came of batches, and when their receivers are tried again. Twice is as once."""
    if delivered := [outcome for outcome in outcomes if outcome.is_delivered]:
        _delivered(delivered, at)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.batch.config_id):
        if not outcome.is_delivered:
            _failed(outcome, at)


def _delivered(outcomes: Sequence[Outcome], at: datetime) -> None:
    """Hundreds of receivers at once. Entries before their configurations, as everywhere."""
    values: dict[str, Any] = {
        "configs": [outcome.batch.config_id for outcome in outcomes],
        "statuses": [outcome.status for outcome in outcomes],
        "answers": [outcome.answer for outcome in outcomes],
        "ids": [id for outcome in outcomes for id in outcome.batch.entry_ids],
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(DELIVERED, values)
        cursor.execute(WORKING, values)


def _failed(outcome: Outcome, at: datetime) -> None:
    entries = _entries(outcome)
    entries.update(error=outcome.error[:300], first_tried_at=Coalesce("first_tried_at", at), **_tried(outcome, at))
    alone = entries.first() if len(outcome.batch.entry_ids) == 1 and rules.is_refusal(outcome.status) else None
    entries.filter(attempts__gte=rules.MOST_ATTEMPTS).update(state=State.FAILED, closed_at=at)
    config = WebhookConfig.objects.select_for_update(no_key=True).filter(pk=outcome.batch.config_id).first()
    if config is None or config.switched_off_at:
        return
    if alone and _is_set_aside(alone, config):
        entries.update(state=State.FAILED, closed_at=at)
        config.failing_since, config.failures, config.next_try_at, config.is_one_refused = None, 0, at, False
    else:
        config.failing_since, config.failures = config.failing_since or at, config.failures + 1
        config.next_try_at = at + rules.retry_after(config.failures)
        config.is_one_refused = alone is not None and alone.attempts >= config.failures  # it had part in every failure in a row
    config.leased_until = None
    config.save(update_fields=["failing_since", "failures", "next_try_at", "is_one_refused", "leased_until"])
    if config.failing_since and rules.is_given_up(config.failing_since, at):
        _switch_off(config, outcome, at)


def _is_set_aside(entry: WebhookEntry, config: WebhookConfig) -> bool:
    first = entry.first_tried_at
    return first is not None and rules.is_set_aside(attempts=entry.attempts, first_tried_at=first, accepted_at=config.accepted_at)


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
    """Delete entries a day after they were delivered and a week after they were given up; how many. And secrets that sign no more."""
    WebhookConfig.objects.filter(previous_secret_until__lte=at).update(previous_secret_encrypted=None, previous_secret_until=None)
    old = Q(state=State.COMPLETED, closed_at__lte=at - rules.COMPLETED_KEPT) | Q(closed_at__lte=at - rules.FAILED_KEPT)
    return WebhookEntry.objects.filter(old).delete()[0]
