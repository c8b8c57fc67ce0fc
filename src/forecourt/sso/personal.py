"""What directories and providers keep about a person: how their organisation describes them, and as whom it signs them in (GDPR)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from forecourt.kit.registries import PersonalPart
from forecourt.sso.models import BreakGlass, DirectoryUser, ExternalIdentity

_EXPORTED = ("id", "directory__name", "user_name", "external_id", "active", "resource", "created_at", "updated_at", "deleted_at")
_IDENTITY = ("id", "provider__name", "subject", "email", "linked_at", "last_sign_in_at")


def _export(person_id: int) -> Iterator[dict[str, Any]]:
    yield from DirectoryUser.objects.filter(person_id=person_id).order_by("id").values(*_EXPORTED)


def _erase(person_id: int, *, at: datetime) -> None:
    DirectoryUser.objects.filter(person_id=person_id).delete()


def _export_identities(person_id: int) -> Iterator[dict[str, Any]]:
    yield from ExternalIdentity.objects.filter(person_id=person_id).order_by("id").values(*_IDENTITY)


def _erase_identities(person_id: int, *, at: datetime) -> None:
    """With the sessions that the provider began. Who signs in through it again is a new person."""
    ExternalIdentity.objects.filter(person_id=person_id).delete()
    BreakGlass.objects.filter(person_id=person_id).delete()


PARTS = (
    PersonalPart("directories", export=_export, erase=_erase),
    PersonalPart("single-sign-on", export=_export_identities, erase=_erase_identities),
)
