"""The person, one-time codes, and data exports."""

import hashlib
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

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
    picture_id = models.BigIntegerField(null=True)  # of `files`
    legal_email = models.EmailField(null=True, blank=True)  # certified mail
    tax_identification_number = models.CharField(max_length=40, null=True, blank=True)
    vat_number = models.CharField(max_length=30, null=True, blank=True)
    recipient_code = models.CharField(max_length=40, null=True, blank=True)  # e-invoicing
    terms_read_at = models.DateTimeField(null=True)
    marketing_emails_accepted_at = models.DateTimeField(null=True)
    erasure_asked_at = models.DateTimeField(null=True)
    erasure_due_at = models.DateTimeField(null=True)  # cancelled by signing in before it
    erased_at = models.DateTimeField(null=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.functions.Lower("email"), condition=Q(deleted_at=None), name="person_email_once_among_the_living"
            ),
            models.UniqueConstraint(fields=["phone"], condition=Q(deleted_at=None), name="person_phone_once_among_the_living"),
            models.CheckConstraint(
                condition=Q(erasure_asked_at=None, erasure_due_at=None) | Q(erasure_due_at__gte=F("erasure_asked_at")),
                name="erasure_is_due_after_it_was_asked",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["updated_at", "id"], name="person_changes"),
            models.Index(fields=["erasure_due_at"], condition=Q(erasure_due_at__isnull=False), name="person_erasure_due"),
        ]

    @property
    def display_name(self) -> str:
        full = " ".join(part for part in (self.first_name, self.last_name) if part)
        return full or f"User: #{self.pk}"

    @property
    def has_password(self) -> bool:
        """Somebody who signs in by another way (an identity provider, a passkey alone) has none."""
        return self.has_usable_password()

    @property
    def avatar_hue(self) -> int:
        """A steady colour for the initials, 0–359."""
        return int.from_bytes(hashlib.sha256(str(self.pk).encode()).digest()[:2]) % 360

    @property
    def is_staff(self) -> bool:
        return False

    def __str__(self) -> str:
        return self.display_name


class OneTimeCode(models.Model):
    """
    A code that shows that an address is somebody's: six digits, kept as a keyed hash, for ten minutes and five tries.

    `payload` (encrypted JSON) holds the address and, for a sign-up, what was filled in: nobody is stored before the address
    is shown to be theirs. `code_hash` is null where no code was sent, because somebody has the address already.
    """

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        SIGN_UP = "sign_up"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="codes")
    code_hash = models.BinaryField(null=True)
    payload = models.BinaryField()
    tries_left = models.SmallIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind"], name="one_code_per_person_and_kind"),
            models.CheckConstraint(condition=Q(tries_left__gte=0), name="code_tries_do_not_go_below_zero"),
        ]


class DataExport(models.Model):
    """A person's copy of everything kept about them (GDPR art. 15, 20). The file expires; the row says what happened."""

    class State(models.TextChoices):
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="exports")
    state = models.CharField(max_length=7, choices=State.choices, db_default="running", default="running")
    parts_done = models.SmallIntegerField(db_default=0, default=0)
    parts_total = models.SmallIntegerField(db_default=0, default=0)
    file_id = models.BigIntegerField(null=True)  # of `files`
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="running"), name="one_running_export_per_person"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="export_newest")]


class Intervention(models.Model):
    """What the platform's people did to somebody's signing in, and why: `reason` is their words, also of how identity was shown."""

    class Kind(models.TextChoices):
        SESSIONS_ENDED = "sessions_ended"
        FACTORS_RESET = "factors_reset"
        LOCKED = "locked"
        UNLOCKED = "unlocked"

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="interventions")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    reason = models.CharField(max_length=500, blank=True, db_default="", default="")
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="intervention_newest")]
