"""The one table of stored files."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class StoredFile(models.Model):
    """One file. `person_id` set: only that person may fetch it. Never changed: a new picture is a new file."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=40)  # the unguessable half of the address
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    content = models.BinaryField()
    byte_size = models.IntegerField()
    person_id = models.BigIntegerField(null=True)
    stored_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(byte_size__gte=0), name="stored_file_has_a_size"),
            models.CheckConstraint(condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")), name="stored_file_expires_later"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="stored_file_expiring"),
            models.Index(fields=["person_id"], condition=Q(person_id__isnull=False), name="stored_file_person"),
        ]
