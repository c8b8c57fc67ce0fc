"""One team charging at another's chargers."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from forecourt.access import ScopedManager, newest_first
from forecourt.kit.models import Stamped
from forecourt.teams.models.teams import Team


class NestedTeam(Stamped):
    """
    A parent team has invited another, whose members then charge at its charge points for a price of its own
    (spec P2.1, partner API §11.17). Either side ends it. Its price is `pricing.NestedTeamPricing`.
    """

    SIDES: ClassVar = {
        "owner": {"organisation_id": "organisation_id", "operator_id": "operator_id", "team_id": "parent_team_id"},
        "nested": {"organisation_id": "nested_organisation_id", "operator_id": "nested_operator_id", "team_id": "nested_team_id"},
    }

    class State(models.TextChoices):
        REQUESTED = "requested"
        INVITED = "invited"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        BLOCKED = "blocked"
        EXPIRED = "expired"

    id = models.BigAutoField(primary_key=True)
    organisation_id = models.BigIntegerField(editable=False)
    operator_id = models.BigIntegerField(editable=False)
    nested_organisation_id = models.BigIntegerField(editable=False)
    nested_operator_id = models.BigIntegerField(editable=False)
    parent_team = models.ForeignKey(Team, models.PROTECT, related_name="nested_teams")
    nested_team = models.ForeignKey(Team, models.PROTECT, related_name="parent_teams")
    state = models.CharField(max_length=10, choices=State.choices)
    has_access_to_all = models.BooleanField(db_default=True, default=True)
    charge_point_ids = ArrayField(models.BigIntegerField(), db_default=[], default=list)  # where access is selected
    site_ids = ArrayField(models.BigIntegerField(), db_default=[], default=list)
    note = models.CharField(max_length=255, null=True, blank=True)
    invited_by_id = models.BigIntegerField(null=True)
    invited_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parent_team", "nested_team"], condition=Q(deleted_at=None), name="team_nested_once"),
            models.CheckConstraint(condition=~Q(parent_team=F("nested_team")), name="team_not_nested_in_itself"),
        ]
        indexes: ClassVar = [
            *newest_first("nested_team", columns=("organisation_id", "operator_id", "parent_team_id")),
            *newest_first("nesting", columns=("nested_organisation_id", "nested_operator_id", "nested_team_id")),
        ]
