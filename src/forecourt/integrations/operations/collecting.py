"""
What changed becomes entries for those who listen.

Changes are read from the entities themselves, once for all listeners: their number costs nothing where nothing changes, and
the hot paths write nothing more. One collector works at a time; cursor and entries are written in one transaction, so a
change is told at least once, however often the process dies.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from forecourt.access import Actor, Scope
from forecourt.api.replies import encoded
from forecourt.integrations.models import WebhookCursor, WebhookEntry
from forecourt.integrations.queries import webhooks as queries
from forecourt.integrations.queries.webhooks import CHUNK, Change, Listener
from forecourt.kit.operations import operation
from forecourt.kit.registries import Happening, WebhookSource, WebhookStream, webhook_sources, webhook_streams

LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('forecourt.webhooks'))"
PASSED_OVER = timedelta(minutes=1)  # a cursor that nobody uses is moved so often
Payloads = dict[int, str]


def collect() -> int:
    """One round over all sources; how many changes were read."""
    listening = queries.listeners()
    if not listening:
        return 0
    until = queries.horizon()
    changes = sum(collect_from(source, listening=listening, until=until) for source in webhook_sources)
    return changes + sum(collect_happenings(stream, listening=listening) for stream in webhook_streams)


@operation
def collect_from(source: WebhookSource, *, listening: Sequence[Listener], until: datetime) -> int:
    """
    Write entries for the next changes of one source, at most 1,000; how many there were.

    `until`: everything stamped before it is committed. Beside another collector it does nothing.
    """
    told = [(listener, actor) for listener in listening if (actor := listener.actor_for(source))]
    if not _is_alone():
        return 0
    if not told:
        _pass_over(source, until)
        return 0
    after = queries.cursor_of(source, earliest=min(listener.enabled_at for listener, _ in told))
    changes = queries.changes_of(source, after=after, until=until)
    if changes:
        WebhookEntry.objects.bulk_create(_entries(source, told, changes, since=after[0]), batch_size=CHUNK)
        _move(source, changes[-1].updated_at, changes[-1].id)
    return len(changes)


@operation
def collect_happenings(stream: WebhookStream, *, listening: Sequence[Listener]) -> int:
    """
    Write entries for what a stream has recorded since, about 1,000 at most; how many happened.

    Beside another collector, or where nobody listens, it does nothing and costs nothing.
    """
    told = [(listener, actor) for listener in listening if (actor := listener.actor_for(stream))]
    if not told or not _is_alone():
        return 0
    unread, now = queries.unread_of(stream, earliest=min(listener.enabled_at for listener, _ in told))
    found = stream.read([actor.scope(stream.permission) for _, actor in told], unread)
    entries = [entry for listener, actor in told for entry in _happening_entries(stream, listener, actor, found)]
    WebhookEntry.objects.bulk_create(entries, batch_size=CHUNK)
    is_all = len(found) < unread.most
    at, mark = (now, unread.until) if is_all else (max(one.at for one in found), found[-1].mark + 1)
    WebhookCursor.objects.update_or_create(event_type=stream.event_type, defaults={"at": at, "row_id": mark})
    return len(found)


def _happening_entries(stream: WebhookStream, listener: Listener, actor: Actor, found: Sequence[Happening]) -> list[WebhookEntry]:
    scope = actor.scope(stream.permission)
    mine = [one for one in found if one.at >= listener.enabled_at and queries.lie_in(one.places, scope, listener.team_ids)]
    return [
        WebhookEntry(
            config_id=listener.config_id, event_type=stream.event_type, entity_type=stream.entity_type, entity_id=one.entity_id,
            change=one.change, event_time=one.at, payload=encoded(payload).decode() or None,
        )
        for one, payload in zip(mine, stream.load(actor, mine), strict=True)
    ]  # fmt: skip


def _is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        return bool(cursor.fetchone()[0])


def _entries(
    source: WebhookSource, told: Sequence[tuple[Listener, Actor]], changes: Sequence[Change], *, since: datetime
) -> list[WebhookEntry]:
    """In the order of the changes, for each listener those that it reaches. Who sees the same shares the payloads."""
    entries: list[WebhookEntry] = []
    payloads: dict[Scope, Payloads] = defaultdict(dict)
    for listener, actor in told:
        scope = actor.scope(source.permission)
        mine = [
            change
            for change in changes
            if change.updated_at >= listener.enabled_at and queries.lie_in(change.places, scope, listener.team_ids)
        ]
        known = payloads[scope]
        if missing := [change.id for change in mine if change.id not in known]:
            loaded = source.load(actor, missing)
            known.update({id: encoded(loaded[id]).decode() if id in loaded else "" for id in missing})
        entries += [_entry(source, listener, change, known[change.id], since) for change in mine]
    return entries


def _entry(source: WebhookSource, listener: Listener, change: Change, payload: str, since: datetime) -> WebhookEntry:
    return WebhookEntry(
        config_id=listener.config_id,
        event_type=source.event_type,
        entity_type=source.entity_type,
        entity_id=str(change.id),
        change=change.kind(since),
        event_time=change.updated_at,
        payload=payload or None,
    )


def _pass_over(source: WebhookSource, until: datetime) -> None:
    """Nobody listens to this kind: who begins to is not told what changed long before."""
    if queries.cursor_of(source, earliest=until - PASSED_OVER)[0] <= until - PASSED_OVER:
        _move(source, until, 0)


def _move(source: WebhookSource, at: datetime, row_id: int) -> None:
    WebhookCursor.objects.update_or_create(event_type=source.event_type, defaults={"at": at, "row_id": row_id})
