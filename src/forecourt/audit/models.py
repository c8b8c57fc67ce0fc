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
    """The head of one organisation's chain; 0 is the chain of what belongs to no organisation. Written by `audit_seal_pending` alone."""

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


class Stream(models.Model):
    """
    Where one organisation's log goes as it grows; without an organisation, everybody's (the installation's own).

    `cursor` is the id of the last event that arrived, `sequence` its number in the chain (0 for the installation's): what
    comes after is still to be sent. Only the worker that holds the lease sends.
    """

    class Kind(models.TextChoices):
        HTTPS = "https"
        FILE = "file"

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    url = models.CharField(max_length=500, blank=True, db_default="", default="")
    secret_encrypted = models.BinaryField(null=True)
    is_on = models.BooleanField(db_default=True, default=True)
    cursor = models.BigIntegerField(db_default=0, default=0)
    sequence = models.BigIntegerField(db_default=0, default=0)
    delivered_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(db_default=0, default=0)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True, db_default="", default="")
    next_attempt_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_stream"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id"], nulls_distinct=False, name="one_stream_per_organisation"),
            models.CheckConstraint(
                condition=Q(kind="file", url="") | Q(kind="https", secret_encrypted__isnull=False) & ~Q(url=""),
                name="https_stream_has_address_and_secret",
            ),
            models.CheckConstraint(condition=Q(given_up_at=None) | Q(is_on=False), name="given_up_stream_is_off"),
        ]


class Retention(models.Model):
    """How long an organisation's log is kept (`rules.DEFAULT_MONTHS` without a row); 0 is what belongs to no organisation."""

    organisation_id = models.BigIntegerField(primary_key=True)
    months = models.SmallIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_retention"
        constraints: ClassVar = [models.CheckConstraint(condition=Q(months__gte=12, months__lte=120), name="retention_is_one_to_ten_years")]


class Tombstone(models.Model):
    """
    Stands for events of a chain that retention removed, `first` to `last`: with the hashes around them, signed by the
    installation, so that the chain goes on. Written by `audit_remove` alone.
    """

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    hash_before = models.BinaryField()
    hash_after = models.BinaryField()
    removed_at = models.DateTimeField()
    signature = models.BinaryField()

    class Meta:
        db_table = "audit_tombstone"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation_id", "first"], name="one_tombstone_per_place"),
            models.CheckConstraint(condition=Q(first__gte=1, last__gte=models.F("first")), name="tombstone_stands_for_events"),
        ]


class LogExport(models.Model):
    """One CSV of the log, made by a job for one person. The file expires; the row says what happened."""

    class State(models.TextChoices):
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    person_id = models.BigIntegerField()
    scope = models.JSONField()
    filters = models.JSONField()
    state = models.CharField(max_length=7, choices=State.choices, db_default="running", default="running")
    rows_done = models.IntegerField(db_default=0, default=0)
    rows_total = models.IntegerField(db_default=0, default=0)
    file_id = models.BigIntegerField(null=True)  # of `files`
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "audit_export"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id"], condition=Q(state="running"), name="one_running_log_export_per_person")
        ]
        indexes: ClassVar = [models.Index(fields=["person_id", "-id"], name="audit_export_newest")]


class ChainCheck(models.Model):
    """One computation of every hash, asked for by somebody of the platform, and what it found."""

    id = models.BigAutoField(primary_key=True)
    asked_by_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    has_failed = models.BooleanField(db_default=False, default=False)
    checked = models.BigIntegerField(db_default=0, default=0)
    total = models.BigIntegerField(db_default=0, default=0)
    breaks = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))

    class Meta:
        db_table = "audit_check"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finished_at"], nulls_distinct=False, condition=Q(finished_at=None), name="one_running_chain_check"
            )
        ]
