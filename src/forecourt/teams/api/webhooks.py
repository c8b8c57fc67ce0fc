"""Teams, their members and people as webhooks deliver them (partner API §10)."""

from typing import Any

from forecourt.access import Actor, Permission
from forecourt.api.batches import by_id
from forecourt.api.extras import extras_of
from forecourt.kit.registries import WebhookSource
from forecourt.teams.api.members import MEMBERS, RESOURCE, member_json
from forecourt.teams.api.people import EVERYWHERE, PEOPLE, user_json, visible
from forecourt.teams.api.teams import SIDES, TEAMS, team_json

# A person belongs to whoever has them as a member or lets them work there.
PLACES_OF_PEOPLE = """
SELECT person_id, organisation_id, operator_id, team_id FROM teams_teammember WHERE person_id = ANY(%(ids)s) AND deleted_at IS NULL
UNION SELECT person_id, organisation_id, operator_id, NULL FROM operators_operatormember WHERE person_id = ANY(%(ids)s)
"""


def _teams(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    return by_id(TEAMS, actor.scope(Permission.TEAM_READ), ids, team_json)


def _members(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    extra = extras_of(RESOURCE, ids)
    return by_id(MEMBERS, actor.scope(Permission.TEAM_MEMBER_READ), ids, lambda row: member_json(row, extra[row.id]))


def _people(actor: Actor, ids: list[int]) -> dict[int, dict[str, Any]]:
    return by_id(PEOPLE, EVERYWHERE, ids, user_json, where=visible(actor.scope(Permission.PERSON_READ)))


WEBHOOKS = (
    WebhookSource("teams", "team", "teams_team", "teams:read", Permission.TEAM_READ, _teams, sides=SIDES, reaches_sub_accounts=True),
    WebhookSource("team-members", "team-member", "teams_teammember", "team-members:read", Permission.TEAM_MEMBER_READ, _members),
    WebhookSource("users", "user", "identity_person", "users:read", Permission.PERSON_READ, _people, owners=PLACES_OF_PEOPLE),
)
