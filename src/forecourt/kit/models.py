"""The outbox table, and the columns that every table a partner sees has."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now


class OutboxRow(models.Model):
    """
    One event for one reaction, written in the transaction that made it true.

    Taken by a drain (`FOR UPDATE SKIP LOCKED`), applied set-based, then deleted. A row that fails alone is set aside
    with its error until somebody retries it.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    reaction = models.TextField()
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.SmallIntegerField(db_default=0)
    set_aside_at = models.DateTimeField(null=True)
    error = models.TextField(db_default="")

    class Meta:
        db_table = "kit_outbox"
        indexes: ClassVar = [
            models.Index(fields=["reaction", "id"], condition=models.Q(set_aside_at=None), name="outbox_waiting"),
            models.Index(fields=["set_aside_at"], condition=models.Q(set_aside_at__isnull=False), name="outbox_set_aside"),
        ]


def changes_in_place(name: str) -> BrinIndex:
    """
    An index of `updated_at` for a table whose rows change all the time.

    A B-tree of a column that every update writes makes every update write every index; a BRIN leaves updates in place
    (HOT, PostgreSQL 16). It finds the few pages that changed lately, without an order.
    """
    return BrinIndex(fields=["updated_at"], name=name, pages_per_range=16, autosummarize=True)


class Stamped(models.Model):
    """`created_at` and `updated_at`; a trigger keeps the second (`kit.guards.touch`), because set-based SQL skips Django."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class PartnerVisible(Stamped):
    """What a table that partners see carries: times, soft deletion, the partner's own key and payload (partner API §5.5, §8)."""

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    partner_external_id = models.CharField(max_length=255, null=True, blank=True)
    partner_custom_payload = models.JSONField(null=True, blank=True)

    class Meta:
        abstract = True
