"""The event table: partitioned by month, append-only, read in commit order by cursor."""

from typing import ClassVar, Self

from django.db import models

from forecourt.access import ScopedManager


class Event(models.Model):
    """
    One change of one row, or one sign-in or sign-out.

    `changes` is `{field: [before, after]}`. `transaction_id` keeps `pg_current_xact_id()`, so that a cursor reads only
    what lies below every running transaction. The scope columns are those of the changed row; null where it has none.
    """

    pk = models.CompositePrimaryKey("occurred_at", "id")
    id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    organisation_id = models.BigIntegerField(null=True)
    operator_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=12)  # created, updated, deleted, signed_in, signed_out
    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField(null=True)
    entity_name = models.TextField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    changes = models.JSONField()
    context = models.JSONField()
    transaction_id = models.BigIntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        db_table = "audit_event"
