"""The sealed log, partitioned by month and append-only, and what stands around it: chains, keys of people, names to search."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from forecourt.access import ScopedManager


class Event(models.Model):
    """
    One change of one row, or one sign-in or sign-out, sealed.

    `id` grows in the order of sealing: a cursor over it misses nothing. `sequence` counts within the chain of the organisation,
    without a gap. `changes` is `{field: [before, after]}`; personal values in it, in the names and in `context` are ciphertext
    (`vault`). `person_id` is whom the row belonged to. The scope columns are those of the changed row; null where it has none.
    """

    pk = models.CompositePrimaryKey("occurred_at", "id")
    id = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    organisation_id = models.BigIntegerField(null=True)
    operator_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=20)  # created, updated, deleted, signed_in, signed_out, sign_in_refused
    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField(null=True)
    entity_name = models.TextField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    changes = models.JSONField()
    context = models.JSONField()
    transaction_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    sequence = models.BigIntegerField()
    hash = models.BinaryField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    # Not by person: whoever reads the log reads it for an account.
    SIDES: ClassVar = {"owner": {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "team_id"}}

    class Meta:
        db_table = "audit_event"


class Chain(models.Model):
    """The head of one organisation's chain; 0 is the chain of what belongs to no organisation. Written by `audit_seal` alone."""

    organisation_id = models.BigIntegerField(primary_key=True)
    sequence = models.BigIntegerField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_chain"


class PersonKey(models.Model):
    """
    The key of a person's values in the log, itself encrypted. Erasing the person destroys it, and with it every value.

    `holder` is `person:5`, or, for what belongs to nobody yet, `address:<keyed hash>` or `row:ChargeAuthToken:7`; a person who
    turns out to be the owner gets these keys too (`person_id`).
    """

    id = models.BigAutoField(primary_key=True)
    holder = models.TextField()
    person_id = models.BigIntegerField(null=True)
    key_encrypted = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "audit_person_key"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["holder"], condition=Q(destroyed_at=None), name="one_living_key_per_holder"),
            models.CheckConstraint(
                condition=Q(key_encrypted=None, destroyed_at__isnull=False) | Q(key_encrypted__isnull=False, destroyed_at=None),
                name="destroyed_key_is_gone",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person_id"], name="audit_person_key_person"),
            models.Index(fields=["holder"], name="audit_person_key_holder"),
        ]


class ItemName(models.Model):
    """
    Names that items and actors have had, to find events by. A name under a person's key is removed with the key.
    """

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(null=True)
    operator_id = models.BigIntegerField(null=True)
    entity_type = models.CharField(max_length=40)
    entity_id = models.BigIntegerField()
    name = models.TextField()
    key = models.ForeignKey(PersonKey, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_item_name"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entity_type", "entity_id", "name", "organisation_id", "operator_id"],
                nulls_distinct=False,
                name="audit_name_once",
            )
        ]
