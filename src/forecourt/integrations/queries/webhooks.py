"""Reads of webhooks: who listens, what changed, what is to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from forecourt.access import Actor, Scope
from forecourt.access.api_scopes import includes
from forecourt.api.rows import read
from forecourt.integrations.models import Credential, WebhookConfig, WebhookCursor, WebhookEntry
from forecourt.integrations.queries.credentials import Consumer, consumers
from forecourt.integrations.rules import is_subscribed
from forecourt.kit.registries import Unread, WebhookSource, WebhookStream, webhook_sources, webhook_streams
from forecourt.operators.models import Operator
from forecourt.teams.models import Team

CHUNK = 1000  # changes of one source that are read at once
MARGIN = timedelta(seconds=1)
# Work that began before this may still commit a change with an earlier time (a row is stamped with the beginning of its
# transaction). Only the product's own role writes what partners see.
OLDEST_RUNNING = """
SELECT least(now(), min(xact_start)) FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
"""
PENDING_SHOWN = 10_000  # counted up to
# Every transaction of ours before this one is over, whatever it has recorded. Not `pg_snapshot_xmin`: that waits for other databases too.
# Of a number PostgreSQL shows the lower half.
SETTLED = """
WITH newest AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS number)
SELECT least(number, min(number + ((backend_xid::text::bigint - number + 2147483648) & 4294967295) - 2147483648)), now()
FROM newest LEFT JOIN pg_stat_activity
  ON usename = current_user AND datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
GROUP BY number
"""
LATE = timedelta(minutes=2)  # what is recorded longer after its moment is not told
Place = tuple[int | None, int | None, int | None]


def horizon() -> datetime:
    """Everything that was stamped before this is committed. Read it in a statement of its own, before the changes."""
    moment: datetime = read(OLDEST_RUNNING)[0][0]
    return moment - MARGIN


@dataclass(frozen=True, slots=True)
class Listener:
    """A configuration that is switched on, and whom it acts as."""

    config_id: int
    event_types: tuple[str, ...]
    team_ids: frozenset[int] | None
    enabled_at: datetime
    consumer: Consumer

    def actor_for(self, source: WebhookSource | WebhookStream) -> Actor | None:
        """Who would ask by GET; None if not subscribed, or if the credential's scopes do not cover it."""
        if not is_subscribed(self.event_types, source.event_type) or not includes(self.consumer.actor.api_scopes, source.scope):
            return None
        return self.consumer.actor if source.reaches_sub_accounts else self.consumer.own()


def listeners() -> list[Listener]:
    """Who is to be told of changes: configurations that are on, of living credentials."""
    columns = ("credential_id", "pk", "event_types", "team_ids", "enabled_at")
    rows = WebhookConfig.objects.filter(switched_off_at=None).values_list(*columns)
    configs = {credential_id: rest for credential_id, *rest in rows}
    return [
        Listener(id, tuple(types), None if teams is None else frozenset(teams), enabled_at, consumer)
        for consumer in consumers(list(configs))
        for id, types, teams, enabled_at in [configs[consumer.credential_id]]
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that changed, and the places (organisation, operator, team) that it belongs to."""

    id: int
    updated_at: datetime
    created_at: datetime
    deleted_at: datetime | None
    places: frozenset[Place]

    def kind(self, since: datetime) -> str:
        """A deleted row refuses every other change, so a change of one is its deletion."""
        return "deleted" if self.deleted_at else "created" if self.created_at > since else "updated"


def lie_in(places: frozenset[Place], scope: Scope, team_ids: frozenset[int] | None) -> bool:
    """Whether one of the places is in the scope, and of a chosen team. None: all teams."""
    return scope.is_everywhere or any(
        (organisation in scope.organisation_ids or operator in scope.operator_ids or team in scope.team_ids)
        and (team_ids is None or team in team_ids)
        for organisation, operator, team in places
    )


def changes_of(source: WebhookSource, *, after: tuple[datetime, int], until: datetime) -> list[Change]:
    """The next rows of a source that changed past the cursor and before `until`, in the order of their changes."""
    rows = read(_changes_sql(source), [after[0], *after, until])
    places = _places_of(source, rows)
    return [Change(row[0], row[1], row[2], row[3], places[row[0]]) for row in rows]


def _changes_sql(source: WebhookSource) -> str:
    sides = "" if source.owners else "".join(f", r.{column}" for side in source.sides.values() for column in _place(side))
    deleted = "r.deleted_at" if source.is_deletable else "NULL::timestamptz"
    return (
        f"SELECT r.id, r.updated_at, r.created_at, {deleted}{sides} FROM {source.table} r "  # noqa: S608 (constants)
        f"WHERE r.updated_at >= %s AND (r.updated_at, r.id) > (%s, %s) AND r.updated_at < %s ORDER BY r.updated_at, r.id LIMIT {CHUNK}"
    )


def _place(side: Mapping[str, str]) -> tuple[str, str, str]:
    return side["organisation_id"], side["operator_id"], side["team_id"]


def _places_of(source: WebhookSource, rows: Sequence[tuple[Any, ...]]) -> dict[int, frozenset[Place]]:
    if not source.owners:
        return {row[0]: frozenset(zip(row[4::3], row[5::3], row[6::3], strict=True)) for row in rows}
    found: dict[int, set[Place]] = {row[0]: set() for row in rows}
    for id, *place in read(source.owners, {"ids": list(found)}) if rows else ():
        found[id].add(tuple(place))
    return {id: frozenset(places) for id, places in found.items()}


def cursor_of(source: WebhookSource, *, earliest: datetime) -> tuple[datetime, int]:
    """Up to where the source has been read; not before anybody listened."""
    kept = WebhookCursor.objects.filter(pk=source.event_type).values_list("at", "row_id").first()
    return max(kept, (earliest, 0)) if kept else (earliest, 0)


def unread_of(stream: WebhookStream, *, earliest: datetime) -> tuple[Unread, datetime]:
    """
    What of a stream has not been told, and as of when. The cursor's `row_id` is the number of a transaction; one of another
    cluster, from before a restore, is not used.
    """
    settled, now = read(SETTLED)[0]
    at, first = WebhookCursor.objects.filter(pk=stream.event_type).values_list("at", "row_id").first() or (earliest, 0)
    return Unread(first if first <= settled else 0, settled, max(at, earliest) - LATE, CHUNK), now


def types_told() -> set[str]:
    """The event types that something sends. The contract's others are accepted and say nothing yet."""
    return {source.event_type for source in webhook_sources} | {stream.event_type for stream in webhook_streams}


def teams_reached(credential: Credential) -> QuerySet[Team]:
    """The living teams that the key reaches: of its account, or of the operators and teams that it is limited to."""
    operator = Operator.objects.get(pk=credential.operator_id)
    owner = {"organisation_id": operator.organisation_id} if operator.is_main else {"operator_id": operator.pk}
    teams = Team.objects.filter(deleted_at=None, **owner)
    if credential.operator_ids:
        teams = teams.filter(operator_id__in=[operator.pk, *credential.operator_ids])
    return teams.filter(pk__in=credential.team_ids) if credential.team_ids else teams


def config_of(credential: Credential) -> WebhookConfig | None:
    return WebhookConfig.objects.filter(credential=credential).first()


def pending_count(config: WebhookConfig) -> int:
    """How many entries wait, counted up to 10,000."""
    return WebhookEntry.objects.filter(config=config, state=WebhookEntry.State.PENDING)[:PENDING_SHOWN].count()


def entries_of(config: WebhookConfig, *, states: Sequence[str] = (), event_types: Sequence[str] = ()) -> QuerySet[WebhookEntry]:
    """What is kept of a configuration's entries, newest first."""
    rows = WebhookEntry.objects.filter(config=config)
    if states:
        rows = rows.filter(state__in=states)
    if event_types:
        rows = rows.filter(event_type__in=event_types)
    return rows.order_by("-id")
