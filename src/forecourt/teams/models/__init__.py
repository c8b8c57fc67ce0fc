"""Teams, their people, and what an operator sets for them."""

from forecourt.teams.models.members import MemberFee, MemberGroup, TeamMember
from forecourt.teams.models.nested import NestedTeam
from forecourt.teams.models.runs import FleetGrant, TeamRun
from forecourt.teams.models.settings import FeatureGroup, FeatureSetting, OperatorWalletRule, TeamTemplate
from forecourt.teams.models.teams import Team

__all__ = [
    "FeatureGroup",
    "FeatureSetting",
    "FleetGrant",
    "MemberFee",
    "MemberGroup",
    "NestedTeam",
    "OperatorWalletRule",
    "Team",
    "TeamMember",
    "TeamRun",
    "TeamTemplate",
]
