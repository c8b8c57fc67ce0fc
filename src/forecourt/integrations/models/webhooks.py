"""Webhooks (partner API §10): who is told what, and what they are told."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from forecourt.access import OperatorScoped
from forecourt.integrations.models.credentials import Credential


class WebhookConfig(OperatorScoped):
    """
    Where a credential's changes are sent, and how sending goes. One for each credential.

    The secret and the headers are other people's secrets, which we must use again: encrypted (`kit.secrets`).
    """

    id = models.BigAutoField(primary_key=True)
    credential = models.OneToOneField(Credential, models.PROTECT, related_name="webhook")
    url = models.CharField(max_length=191)
    secret_encrypted = models.BinaryField()
    secret_set_at = models.DateTimeField()
    previous_secret_encrypted = models.BinaryField(null=True)  # signs beside the new one until then
    previous_secret_until = models.DateTimeField(null=True)
    headers_encrypted = models.BinaryField()  # a JSON object, name → value
    event_types = ArrayField(models.CharField(max_length=60))
    team_ids = ArrayField(models.BigIntegerField(), null=True)  # null: all that the credential reaches
    enabled_at = models.DateTimeField()  # what changed before is not told
    switched_off_at = models.DateTimeField(null=True)
    switched_off_reason = models.CharField(max_length=300, default="", db_default="")
    # How sending goes; not in the audit log.
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, db_default=0)  # in a row
    next_try_at = models.DateTimeField()
    is_one_refused = models.BooleanField(default=False, db_default=False)  # one entry alone is to blame: new ones need not wait
    accepted_at = models.DateTimeField(null=True)  # when anything last was
    leased_until = models.DateTimeField(null=True)  # a sender is at it
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=Q(switched_off_at=None), name="webhook_next_try"),
        ]


class WebhookCursor(models.Model):
    """Up to which change a source has been read: (`at`, `row_id`) of the last row. One row for each source."""

    event_type = models.CharField(primary_key=True, max_length=60)
    at = models.DateTimeField()
    row_id = models.BigIntegerField()


class WebhookEntry(models.Model):
    """
    One change for one receiver, with the entity as it was then.

    `payload` is JSON text, byte for byte what the credential's GET gave; null where it gave nothing any more.
    """

    class State(models.TextChoices):
        PENDING = "pending"  # to be sent, perhaps again
        COMPLETED = "completed"
        FAILED = "failed"  # given up; can be sent again by hand

    id = models.BigAutoField(primary_key=True)
    config = models.ForeignKey(WebhookConfig, models.CASCADE, related_name="entries", db_index=False)
    event_type = models.CharField(max_length=60)  # subscribed to: "charges"
    entity_type = models.CharField(max_length=60)  # delivered: "charge"
    entity_id = models.CharField(max_length=64)
    change = models.CharField(max_length=60)  # created, updated, deleted
    event_time = models.DateTimeField()
    payload = models.TextField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING, db_default=State.PENDING.value)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    first_tried_at = models.DateTimeField(null=True)  # in vain
    last_tried_at = models.DateTimeField(null=True)
    last_status = models.IntegerField(null=True)  # HTTP; null: no answer
    error = models.CharField(max_length=300, default="", db_default="")
    answer = models.CharField(max_length=500, default="", db_default="")  # how the answer began
    closed_at = models.DateTimeField(null=True)  # delivered or given up
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="pending", closed_at=None) | Q(~Q(state="pending"), closed_at__isnull=False), name="webhook_entry_closed"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["config", "attempts", "id"], condition=Q(state="pending"), name="webhook_entry_pending"),
            models.Index(fields=["config", "-id"], name="webhook_entry_newest"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="webhook_entry_old"),
        ]
