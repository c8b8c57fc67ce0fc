"""What the audit log announces: for letters to people, whom it knows only by number."""

from dataclasses import dataclass
from typing import ClassVar

from forecourt.kit.events import Event


@dataclass(frozen=True, slots=True)
class StreamGivenUp(Event):
    """Nothing arrived for days: the stream is off. Without an organisation it is the installation's."""

    kind: ClassVar[str] = "audit_stream_given_up"
    organisation_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class LogExportFinished(Event):
    """An export is ready at `address` (a path), or failed (empty)."""

    kind: ClassVar[str] = "audit_export_finished"
    person_id: int
    address: str
