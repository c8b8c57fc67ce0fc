"""What a company's directory says of its people (SCIM 2.0): the connection, the users and groups it sent."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import Stamped
from forecourt.operators.models import Operator


class Directory(OperatorScoped, Stamped):
    """A directory that keeps an organisation's people up to date. Its bearer token is shown once; after a new one the old is good for a day."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")  # the Main account
    name = models.CharField(max_length=80)
    token_hash = models.BinaryField(unique=True)
    previous_token_hash = models.BinaryField(null=True, unique=True)
    previous_token_until = models.DateTimeField(null=True)
    created_by_id = models.BigIntegerField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = newest_first("directory", columns=("organisation_id", "operator_id"))

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """Marks the roles that its groups brought."""
        return f"scim:{self.pk}"


class DirectoryUser(OperatorScoped, Stamped):
    """
    A person as a directory describes them. `resource` is what it sent, in the schema's own spelling; `folded` the same in lower
    case, for filters. A deleted row keeps its person out, and comes back with the next POST of that person.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    directory = models.ForeignKey(Directory, models.PROTECT, related_name="users")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    user_name = models.CharField(max_length=1000)
    external_id = models.CharField(max_length=1000, null=True)
    active = models.BooleanField()
    resource = models.JSONField()
    folded = models.JSONField()
    version = models.IntegerField(default=1, db_default=1)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["directory", "person"], name="directory_person_once"),
            models.UniqueConstraint("directory", Upper("user_name"), condition=Q(deleted_at=None), name="directory_user_name_once"),
            models.CheckConstraint(condition=Q(deleted_at=None) | Q(active=False), name="deleted_directory_user_is_not_active"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["directory", "id"], condition=Q(deleted_at=None), name="directory_user_list"),
            models.Index(fields=["directory", "external_id"], name="directory_user_external"),
            models.Index(fields=["person"], condition=Q(active=False), name="directory_user_kept_out"),
        ]


class DirectoryGroup(OperatorScoped, Stamped):
    """A group of a directory. Its name, or its external id, is what brings a role (`GroupRole`)."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    directory = models.ForeignKey(Directory, models.PROTECT, related_name="groups")
    display_name = models.CharField(max_length=1000)
    external_id = models.CharField(max_length=1000, null=True)
    folded = models.JSONField()
    version = models.IntegerField(default=1, db_default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("directory", Upper("display_name"), name="directory_group_name_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["directory", "external_id"], name="directory_group_external")]


class DirectoryMember(OperatorScoped):
    """Who is in a group."""

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    group = models.ForeignKey(DirectoryGroup, models.CASCADE, related_name="members")
    user = models.ForeignKey(DirectoryUser, models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["group", "user"], name="directory_member_once")]
