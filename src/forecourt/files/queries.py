"""Reads of stored files."""

from datetime import datetime

from django.db.models import Q

from forecourt.files.models import StoredFile
from forecourt.kit.secrets import is_same


def address(file: StoredFile) -> str:
    """The path under which the portal serves it."""
    return f"/files/{file.pk}/{file.key}"


def addresses(file_ids: list[int]) -> dict[int, str]:
    """The paths of many files; an id without a file is missing."""
    return {id: f"/files/{id}/{key}" for id, key in StoredFile.objects.filter(pk__in=file_ids).values_list("id", "key")}


def content(file_id: int) -> bytes | None:
    """The bytes of a file, for a letter or a document."""
    found = StoredFile.objects.filter(pk=file_id).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def served(file_id: int, key: str, *, person_id: int | None, at: datetime) -> StoredFile | None:
    """The file, if the address is right, it has not expired, and it is this person's or nobody's in particular."""
    found = StoredFile.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), pk=file_id).first()
    if found is None or not is_same(found.key.encode(), key.encode()):
        return None
    return found if found.person_id in (None, person_id) else None
