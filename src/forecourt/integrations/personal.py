"""What integrations keep about a person: the API credentials that act as them (GDPR)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce

from forecourt.integrations.models import Credential, Token
from forecourt.kit.registries import PersonalPart


def _export(person_id: int) -> Iterator[dict[str, Any]]:
    columns = ("id", "name", "flavour", "client_id", "scopes", "created_at", "last_used_at", "revoked_at")
    yield from Credential.objects.filter(person_id=person_id).order_by("id").values(*columns)


def _erase(person_id: int, *, at: datetime) -> None:
    Token.objects.filter(credential__person_id=person_id).delete()
    theirs = Credential.objects.filter(person_id=person_id)
    theirs.update(name=f"Erased user #{person_id}", revoked_at=Coalesce("revoked_at", at))


PARTS = (PersonalPart("api-credentials", export=_export, erase=_erase),)
