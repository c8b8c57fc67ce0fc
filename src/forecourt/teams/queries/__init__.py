"""Reads of teams and memberships, by noun."""

from forecourt.teams.queries.actors import actor_of, operators_where
from forecourt.teams.queries.members import MemberFilter, MemberRow, invitation_of, member_row, members_of
from forecourt.teams.queries.people import is_known_to, person_by_email
from forecourt.teams.queries.rights import PowerBank, TakenRights, power_bank_of, taken_rights
from forecourt.teams.queries.teams import SORTS, TeamFilter, TeamRow, facts_of, state_of, team_rows, teams_within

__all__ = [
    "SORTS",
    "MemberFilter",
    "MemberRow",
    "PowerBank",
    "TakenRights",
    "TeamFilter",
    "TeamRow",
    "actor_of",
    "facts_of",
    "invitation_of",
    "is_known_to",
    "member_row",
    "members_of",
    "operators_where",
    "person_by_email",
    "power_bank_of",
    "state_of",
    "taken_rights",
    "team_rows",
    "teams_within",
]
