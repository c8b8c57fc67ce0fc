"""Door: partner API of teams, members and people (§11.14–§11.16, §11.20)."""

from ninja import Router

from forecourt.teams.api.features import router as features
from forecourt.teams.api.groups import router as groups
from forecourt.teams.api.members import router as members
from forecourt.teams.api.people import router as people
from forecourt.teams.api.teams import router as teams
from forecourt.teams.api.webhooks import WEBHOOKS

router = Router()
for _part in (teams, features, members, groups, people):
    router.add_router("", _part)

__all__ = ["WEBHOOKS", "router"]
