"""Reads of credentials and tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import F, Q, QuerySet

from forecourt.access import Actor, ActorKind, Scope
from forecourt.access.api_scopes import permissions_of
from forecourt.api.rows import read
from forecourt.identity.models import Person
from forecourt.integrations.models import Credential
from forecourt.kit.errors import Forbidden
from forecourt.kit.secrets import keyed_hash
from forecourt.operators.models import Operator
from forecourt.teams.models import Team
from forecourt.teams.queries import actor_of

TOKEN_PURPOSE = "api-token"  # noqa: S105 (the name of a purpose)

# The living token's credential, and how many requests its limit has counted in this window: one statement, one round trip.
# A person's applications share one limit (partner API §7).
COLUMNS = """c.id, c.flavour = 'public' AS is_public, c.name, c.scopes, c.operator_ids, c.team_ids, c.rate_limit, c.rate_interval_seconds,
 c.person_id, c.operator_id, c.organisation_id, o.is_main, p.first_name, p.last_name, p.platform_role"""
LIVING = f"""
WITH found AS (
  SELECT {COLUMNS}
  FROM integrations_token t JOIN integrations_credential c ON c.id = t.credential_id JOIN operators_operator o ON o.id = c.operator_id
  LEFT JOIN identity_person p ON p.id = c.person_id
  WHERE t.access_hash = %(hash)s AND t.access_expires_at > %(at)s AND c.revoked_at IS NULL AND o.deleted_at IS NULL
    AND (c.flavour <> 'public' OR p.is_active AND p.deleted_at IS NULL)
), counted AS (
  INSERT INTO api_rate_counter AS r (key, "window", count)
  SELECT CASE WHEN is_public THEN 'person:' || person_id ELSE 'credential:' || id END,
         to_timestamp(%(second)s::bigint / rate_interval_seconds * rate_interval_seconds), 1
  FROM found
  ON CONFLICT (key, "window") DO UPDATE SET count = r.count + 1 RETURNING count
)
SELECT counted.count, found.* FROM found, counted
"""  # noqa: S608 (constants)
PARTNERS = f"""
SELECT {COLUMNS} FROM integrations_credential c JOIN operators_operator o ON o.id = c.operator_id
LEFT JOIN identity_person p ON p.id = c.person_id
WHERE c.id = ANY(%s) AND c.flavour = 'partner' AND c.revoked_at IS NULL AND o.deleted_at IS NULL ORDER BY c.id
"""  # noqa: S608 (constants)
TEAMS = "SELECT operator_id, array_agg(id) FROM teams_team WHERE id = ANY(%s) AND organisation_id = %s GROUP BY operator_id"


@dataclass(frozen=True, eq=False)
class Consumer:
    """
    A credential whose access token was shown, and the actor it makes. Shared by requests: nothing in it changes.

    `operator_ids` empty means every child operator. `teams` (operator → team ids) is None where the credential is not
    limited to teams.
    """

    credential_id: int
    is_public: bool
    operator_id: int
    organisation_id: int
    is_main: bool
    operator_ids: frozenset[int]
    teams: Mapping[int, frozenset[int]] | None
    actor: Actor

    def own(self) -> Actor:
        """The actor in the credential's own operator alone; a person's is not narrowed."""
        return self.actor if self.is_public else self._in(self.operator_id)

    def within(self, operator_id: int | None) -> Actor:
        """
        The actor in one operator; without an id, in its own (partner API §3).

        :raises Forbidden: if it is neither the own one nor a Sub-account in reach.
        """
        if self.is_public or operator_id in (None, self.operator_id):
            return self.own()
        if self.operator_ids:
            is_reached = operator_id in self.operator_ids
        else:
            is_reached = self.is_main and Operator.objects.filter(pk=operator_id, organisation_id=self.organisation_id).exists()
        if not is_reached:
            raise Forbidden("The credential does not reach this operator.", operatorId=operator_id)
        return self._in(int(operator_id or 0))

    @lru_cache(maxsize=1024)  # noqa: B019 (consumers are few)
    def _in(self, operator_id: int) -> Actor:
        if self.teams is None:
            reach = Scope(operator_ids=frozenset({operator_id}))
        else:
            reach = Scope(team_ids=self.teams.get(operator_id, frozenset()))
        return replace(self.actor, reach=reach)


def consumer_of(access_token: str, *, at: datetime) -> tuple[Consumer, int] | None:
    """
    The consumer of a living access token, and which request of its window this is; None for a wrong, expired or revoked one.

    One statement at each request, so that revoking holds at once; one more where teams are listed, two for a person.
    """
    hash = keyed_hash(access_token, purpose=TOKEN_PURPOSE)
    found = read(LIVING, {"hash": hash, "at": at, "second": int(at.timestamp())}) if access_token else []
    if not found:
        return None
    used, *row = found[0]
    return _consumer_of_row(row), used


def consumers(credential_ids: Sequence[int]) -> list[Consumer]:
    """The consumers of those of these operators' credentials that live."""
    return [_consumer_of_row(row) for row in read(PARTNERS, [list(credential_ids)])] if credential_ids else []


def _consumer_of_row(row: Sequence[Any]) -> Consumer:
    return _consumer(*(tuple(value) if isinstance(value, list) else value for value in row))


def _consumer(*row: Any) -> Consumer:
    """A consumer that depends on its row alone is made once and shared by its requests."""
    is_public, team_ids = row[1], row[5]
    return _make(*row) if is_public or team_ids else _remembered(*row)


def _make(
    id: int, is_public: bool, name: str, scopes: tuple[str, ...], operator_ids: tuple[int, ...], team_ids: tuple[int, ...], limit: int,
    interval: int, person_id: int | None, operator_id: int, organisation_id: int, is_main: bool,
    first_name: str, last_name: str, platform_role: str | None,
) -> Consumer:  # fmt: skip
    teams = {key: frozenset(ids) for key, ids in read(TEAMS, [list(team_ids), organisation_id])} if team_ids else None
    if is_public:
        assert person_id is not None  # a constraint of the table
        actor = actor_of(Person(pk=person_id, first_name=first_name, last_name=last_name, platform_role=platform_role))
    else:
        reach = _reach(operator_id, organisation_id, is_main, operator_ids, teams)
        actor = Actor(ActorKind.CONSUMER, id, name, permissions=permissions_of(scopes), reach=reach, operator_id=operator_id)
    actor = replace(actor, api_scopes=frozenset(scopes), rate_limit=limit, rate_interval_seconds=interval)
    return Consumer(id, is_public, operator_id, organisation_id, is_main, frozenset(operator_ids), teams, actor)


_remembered = lru_cache(maxsize=1024)(_make)


def _reach(
    operator_id: int, organisation_id: int, is_main: bool, operator_ids: tuple[int, ...], teams: Mapping[int, frozenset[int]] | None
) -> Scope:
    """Partner API §3: listed teams only; else the listed operators and the own one; else, for a Main account, everything."""
    if teams is not None:
        reached = {operator_id, *operator_ids} if operator_ids else set(teams)
        return Scope(team_ids=frozenset().union(*(ids for key, ids in teams.items() if key in reached)))
    if operator_ids:
        return Scope(operator_ids=frozenset({*operator_ids, operator_id}))
    return Scope(organisation_ids=frozenset({organisation_id})) if is_main else Scope(operator_ids=frozenset({operator_id}))


@dataclass(frozen=True, slots=True)
class CredentialFilter:
    """What the list of keys is narrowed by. `states`: active, revoked; none means both."""

    search: str = ""
    states: Sequence[str] = ()

    def as_q(self) -> Q:
        wanted = Q(name__icontains=self.search) | Q(client_id__startswith=self.search) if self.search else Q()
        if len(set(self.states) & {"active", "revoked"}) == 1:
            wanted &= Q(revoked_at__isnull=self.states[0] == "active")
        return wanted


def credentials_within(scope: Scope, filters: CredentialFilter) -> QuerySet[Credential]:
    """The credentials in scope: the living first, each the newest first."""
    rows = Credential.objects.within(scope).filter(filters.as_q()).select_related("operator", "person")
    return rows.order_by(F("revoked_at").desc(nulls_first=True), "-id")


def state_of(credential: Credential) -> str:
    return "revoked" if credential.revoked_at else "active"


@dataclass(frozen=True, slots=True)
class Reach:
    """Names of what a credential is limited to; empty: all."""

    operators: list[str]
    teams: list[str]


def reach_of(credential: Credential) -> Reach:
    operators = Operator.objects.filter(pk__in=credential.operator_ids).order_by("name").values_list("name", flat=True)
    teams = Team.objects.filter(pk__in=credential.team_ids).order_by("name").values_list("name", flat=True)
    return Reach(list(operators), list(teams))
