"""Credentials and tokens (spec §6, partner API §2–§4)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import Stamped
from forecourt.operators.models import Operator


class Credential(OperatorScoped, Stamped):
    """An API consumer: client id and secret, scopes, reach, rate limit (requests per interval, fixed window)."""

    class Flavour(models.TextChoices):
        PARTNER = "partner"
        PUBLIC = "public"

    id = models.BigAutoField(primary_key=True)
    flavour = models.CharField(max_length=8, choices=Flavour.choices)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    client_id = models.CharField(max_length=40, unique=True)
    secret_hash = models.BinaryField()
    previous_secret_hash = models.BinaryField(null=True)  # good until then, after a new one was made
    previous_secret_until = models.DateTimeField(null=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    operator_ids = ArrayField(models.BigIntegerField(), default=list)  # empty: every child operator
    team_ids = ArrayField(models.BigIntegerField(), default=list)  # empty: every team
    rate_limit = models.IntegerField(db_default=1000, default=1000)
    rate_interval_seconds = models.IntegerField(db_default=600, default=600)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(flavour="partner") | Q(person__isnull=False), name="public_credential_has_a_person"),
        ]
        indexes: ClassVar = newest_first("credential", columns=("organisation_id", "operator_id"))


class Token(models.Model):
    """An access and refresh pair. Only keyed hashes are stored; refreshing replaces the pair."""

    id = models.BigAutoField(primary_key=True)
    credential = models.ForeignKey(Credential, models.CASCADE, related_name="tokens")
    access_hash = models.BinaryField(unique=True)
    refresh_hash = models.BinaryField(unique=True)
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField(null=True)  # of an old secret: nothing that began with it lasts longer, however often refreshed
    created_at = models.DateTimeField()
