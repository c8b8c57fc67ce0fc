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
