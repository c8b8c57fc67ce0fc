"""What this domain announces."""

from dataclasses import dataclass
from typing import ClassVar

from forecourt.kit.events import Event


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    """A person has another e-mail address or phone number."""

    kind: ClassVar[str] = "identity.contact_changed"
    person_id: int
