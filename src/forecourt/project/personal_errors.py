"""What errors say of a person: events that were set aside stand on the operations page with the message of what failed (GDPR)."""

import re
from datetime import datetime

from forecourt.identity.personal import words_of
from forecourt.kit.models import OutboxRow
from forecourt.kit.registries import PersonalPart
from forecourt.network.personal import key_identifiers


def _erase(person_id: int, *, at: datetime) -> None:
    """Events carry ids alone; their errors may quote a name, an address or a key."""
    words = [*words_of(person_id), *key_identifiers(person_id)]
    pattern = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))), re.IGNORECASE)
    for row in OutboxRow.objects.exclude(error="").order_by("pk").select_for_update() if words else ():
        if (error := pattern.sub(f"Erased user #{person_id}", row.error)) != row.error:
            row.error = error
            row.save(update_fields=["error"])


PARTS = (PersonalPart("set-aside-events", erase=_erase),)
