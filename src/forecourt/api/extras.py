"""Fields that a higher domain shows on a lower endpoint, and sets through it (`kit.registries.api_fields`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from forecourt.access import Actor
from forecourt.kit.registries import api_fields


def extras_of(resource: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """id → {field: value}, one query per field whatever the number of rows."""
    found: dict[int, dict[str, Any]] = {id: {} for id in ids}
    for field in api_fields:
        if field.resource == resource and ids:
            for id, value in field.load(list(ids)).items():
                found[id][field.name] = value
    return found


def write_extras(resource: str, id: int, fields: dict[str, Any], *, actor: Actor, at: datetime) -> None:
    """Hand each field that was sent to the domain that owns it. Fields that nobody owns yet are ignored."""
    for field in api_fields:
        if field.resource == resource and field.name in fields and field.write is not None:
            field.write(actor=actor, id=id, value=fields[field.name], at=at)
