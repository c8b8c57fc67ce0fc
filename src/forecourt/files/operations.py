"""Writes of stored files."""

from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext_lazy

from forecourt.access import Actor, ActorKind
from forecourt.files import rules
from forecourt.files.models import StoredFile
from forecourt.kit.fields import Checks
from forecourt.kit.operations import operation
from forecourt.kit.secrets import new_secret


class Upload(Protocol):
    """What a form hands over."""

    name: str | None
    size: int | None

    def read(self) -> bytes: ...


_REFUSALS = {
    "format": gettext_lazy("Choose a PNG, JPEG or WebP picture."),
    "size": gettext_lazy("Choose a picture of at most 5 MB and 40 million pixels."),
    "broken": gettext_lazy("This picture cannot be read. Save it again and try once more."),
}


@operation
def store_image(*, actor: Actor, upload: Upload, at: datetime, field: str = "picture", max_side: int = 512) -> StoredFile:
    """
    Check a picture by its content, write it anew without metadata, at most `max_side` pixels wide and high, and store it.

    :raises Invalid: at `field`, if it is no PNG, JPEG or WebP, is broken, or has more than 5 MB or 40 million pixels.
    """
    try:
        if (upload.size or 0) > rules.LARGEST_UPLOAD:
            raise rules.NotAPicture("size")
        picture = rules.rewritten(upload.read(), max_side=max_side)
    except rules.NotAPicture as error:
        checks = Checks()
        checks.fail(field, str(_REFUSALS[str(error)]))
        checks.finish()
        raise
    suffix = "png" if picture.content_type == "image/png" else "jpg"
    return store(actor=actor, name=f"{field}.{suffix}", content=picture.content, content_type=picture.content_type, at=at)


@operation
def store(
    *,
    actor: Actor,
    name: str,
    content: bytes,
    content_type: str,
    at: datetime,
    person_id: int | None = None,
    expires_at: datetime | None = None,
) -> StoredFile:
    """Store what the product itself made: an export, a checked picture. With `person_id` only that person may fetch it."""
    return StoredFile.objects.create(
        key=new_secret(40),
        name=name,
        content=content,
        content_type=content_type,
        byte_size=len(content),
        person_id=person_id,
        stored_by_id=actor.id if actor.kind is ActorKind.PERSON else None,
        created_at=at,
        expires_at=expires_at,
    )


@operation
def delete(*, actor: Actor, file_id: int, at: datetime) -> None:
    """Remove a file. One that is gone already is no error."""
    StoredFile.objects.filter(pk=file_id).delete()


def remove_expired(*, at: datetime) -> int:
    """Remove what has expired; how many. Twice does no harm."""
    removed, _by_model = StoredFile.objects.filter(expires_at__lte=at).delete()
    return removed
