"""What directories keep about a person: how their organisation describes them (GDPR)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from forecourt.kit.registries import PersonalPart
from forecourt.sso.models import DirectoryUser

_EXPORTED = ("id", "directory__name", "user_name", "external_id", "active", "resource", "created_at", "updated_at", "deleted_at")


def _export(person_id: int) -> Iterator[dict[str, Any]]:
    yield from DirectoryUser.objects.filter(person_id=person_id).order_by("id").values(*_EXPORTED)


def _erase(person_id: int, *, at: datetime) -> None:
    DirectoryUser.objects.filter(person_id=person_id).delete()


PARTS = (PersonalPart("directories", export=_export, erase=_erase),)
