"""The person."""

import hashlib
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from forecourt.kit.models import PartnerVisible
from forecourt.places.models import Address


class PersonManager(BaseUserManager["Person"]):
    """Django's manager of the signed-in kind. Creation goes through `identity.operations`."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username, deleted_at=None)

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "Person":
        """Used by Django's and allauth's own code; ours calls `identity.operations.create_person`."""
        person = self.model(email=(email or "").lower() or None, **fields)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser, PartnerVisible, Address):
    """
    A human being (the API's User). Display name: "First Last" → "User: #id" → e-mail → phone (spec §1).
    """

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(null=True, blank=True)
    email_verified_at = models.DateTimeField(null=True)
    phone = models.CharField(max_length=16, null=True, blank=True)  # E.164
    phone_verified_at = models.DateTimeField(null=True)
    first_name = models.CharField(max_length=80, null=True, blank=True)
    last_name = models.CharField(max_length=80, null=True, blank=True)
    language = models.CharField(max_length=10, db_default="en", default="en")
    time_zone = models.CharField(max_length=40, db_default="Europe/Copenhagen", default="Europe/Copenhagen")
    is_active = models.BooleanField(db_default=True, default=True)
    wants_receipts = models.BooleanField(db_default=True, default=True)
    wants_newsletter = models.BooleanField(db_default=False, default=False)
    is_beta = models.BooleanField(db_default=False, default=False)
    platform_role = models.CharField(max_length=20, null=True, blank=True)
    introduced_by_id = models.BigIntegerField(null=True, editable=False)  # the operator whose integration made this person

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.functions.Lower("email"), condition=Q(deleted_at=None), name="person_email_once_among_the_living"
            ),
            models.UniqueConstraint(fields=["phone"], condition=Q(deleted_at=None), name="person_phone_once_among_the_living"),
        ]

    @property
    def display_name(self) -> str:
        full = " ".join(part for part in (self.first_name, self.last_name) if part)
        return full or f"User: #{self.pk}"

    @property
    def avatar_hue(self) -> int:
        """A steady colour for the initials, 0–359."""
        return int.from_bytes(hashlib.sha256(str(self.pk).encode()).digest()[:2]) % 360

    @property
    def is_staff(self) -> bool:
        return False

    def __str__(self) -> str:
        return self.display_name
