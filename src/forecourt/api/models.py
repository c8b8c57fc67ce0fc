"""What the API shell remembers: rate-limit counters (UNLOGGED: losing them costs nobody anything), answers by idempotency key."""

from typing import ClassVar

from django.db import models


class RateCounter(models.Model):
    """How many requests `key` made in the window that began at `window`."""

    pk = models.CompositePrimaryKey("key", "window")
    key = models.TextField()
    window = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "api_rate_counter"
        indexes: ClassVar = [models.Index(fields=["window"], name="rate_counter_window")]


class IdempotencyKey(models.Model):
    """The answer that a credential's key had. Without a status, its call is under way: nobody else sees that row."""

    pk = models.CompositePrimaryKey("credential_id", "key")
    credential_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    content_type = models.TextField(db_default="", default="")
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "api_idempotency_key"
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_age")]
