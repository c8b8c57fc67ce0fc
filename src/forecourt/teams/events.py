"""What teams announce."""

from dataclasses import dataclass
from typing import ClassVar

from forecourt.kit.events import Event


@dataclass(frozen=True, slots=True)
class TeamCreated(Event):
    kind: ClassVar[str] = "teams.team_created"
    team_id: int
