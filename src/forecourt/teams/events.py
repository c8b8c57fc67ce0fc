"""What teams announce."""

from dataclasses import dataclass
from typing import ClassVar

from forecourt.kit.events import Event


@dataclass(frozen=True, slots=True)
class TeamCreated(Event):
    kind: ClassVar[str] = "teams.team_created"
    team_id: int


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    """A membership has become accepted: made so, by an invitation, or as the owner of a new team."""

    kind: ClassVar[str] = "teams.member_joined"
    member_id: int


@dataclass(frozen=True, slots=True)
class MemberGroupGiven(Event):
    """A member has been given a group, or the group's own values again: prices follow."""

    kind: ClassVar[str] = "teams.member_group_given"
    member_id: int


@dataclass(frozen=True, slots=True)
class RestrictionsApplied(Event):
    """Where a wallet may pay was set for a level and everything below it: charge keys give up their own. One of the ids is set."""

    kind: ClassVar[str] = "teams.restrictions_applied"
    operator_id: int | None = None
    team_id: int | None = None
    group_id: int | None = None
    member_id: int | None = None
