"""Erasing a person from the log: their key is destroyed, the rows and the chain stay."""

from collections.abc import Iterable
from datetime import datetime

from forecourt.access import Actor
from forecourt.audit.models import ItemName, PersonKey
from forecourt.audit.operations.sealing import seal_everything
from forecourt.audit.vault import Keys, address_holder, person_holder, row_holder
from forecourt.kit.operations import operation


@operation
def claim(*, actor: Actor, person_id: int, addresses: Iterable[str], rows: Iterable[tuple[str, int]], at: datetime) -> None:
    """
    What the log holds of these addresses, and of rows without an owner (entity and id: an invitation), becomes this person's:
    `forget` then reaches it. Runs before the erasure takes the addresses away.
    """
    holders = {address_holder(address) for address in addresses} | {row_holder(entity, id) for entity, id in rows}
    seal_everything()
    Keys(holders, owned=dict.fromkeys(holders, person_id))


@operation
def forget(*, actor: Actor, person_id: int, at: datetime) -> None:
    """
    Destroy every key that opens what the log holds of this person: names, addresses, charge keys, where they signed in from.

    What is pending is sealed first, so that it goes too; what is recorded later can never be opened. Doing it again changes
    nothing. Backups hold the keys until they are deleted.
    """
    seal_everything()
    PersonKey.objects.filter(person_id=person_id, destroyed_at=None).update(key_encrypted=None, destroyed_at=at)
    ItemName.objects.filter(key__person_id=person_id).delete()
    if not PersonKey.objects.filter(holder=person_holder(person_id)).exists():
        PersonKey.objects.create(holder=person_holder(person_id), person_id=person_id, destroyed_at=at)
