"""Erasing a person from the log: their key is destroyed, the rows and the chain stay."""

from datetime import datetime

from forecourt.access import Actor
from forecourt.audit.models import ItemName, PersonKey
from forecourt.audit.vault import person_holder
from forecourt.kit.operations import operation


@operation
def forget(*, actor: Actor, person_id: int, at: datetime) -> None:
    """
    Destroy every key that opens what the log holds of this person: names, addresses, charge keys, where they signed in from.

    What is recorded later, or not yet sealed, can never be opened either. Doing it again changes nothing.
    Backups hold the keys until they are deleted.
    """
    PersonKey.objects.filter(person_id=person_id, destroyed_at=None).update(key_encrypted=None, destroyed_at=at)
    ItemName.objects.filter(key__person_id=person_id).delete()
    if not PersonKey.objects.filter(holder=person_holder(person_id)).exists():
        PersonKey.objects.create(holder=person_holder(person_id), person_id=person_id, destroyed_at=at)
