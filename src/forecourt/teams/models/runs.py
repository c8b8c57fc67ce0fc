"""Long work on many teams, and what the platform grants an operator."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from forecourt.access import OperatorScoped, newest_first
from forecourt.kit.models import Stamped
from forecourt.operators.models import Operator


class TeamRun(OperatorScoped, Stamped):
    """
    One import of teams or of invitations to a team, or one template put on the teams it is for. `position` moves on in the transaction that does the
    work, so a worker that dies repeats nothing and leaves nothing out.
    """

    class Kind(models.TextChoices):
        IMPORT = "import"
        TEMPLATE = "template"
        MEMBERS = "members"

    id = models.BigAutoField(primary_key=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    started_by_id = models.BigIntegerField(null=True)
    content = (
        models.JSONField()
    )  # import: the rows as read, members: also the team; template: its id, the teams' ids, and whether overrides go
    total = models.IntegerField()
    position = models.IntegerField(db_default=0, default=0)
    done = models.IntegerField(db_default=0, default=0)
    problems = models.JSONField(db_default=models.Value([], output_field=models.JSONField()), default=list)  # [[line, column, message]]
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(position__lte=F("total")), name="team_run_ends")]
        indexes: ClassVar = [
            *newest_first("team_run", columns=("organisation_id", "operator_id")),
            models.Index(fields=["id"], condition=Q(finished_at=None), name="team_run_open"),
        ]


class FleetGrant(OperatorScoped):
    """The platform lets this operator make fleet teams (spec P2.1: an operator with granted feature)."""

    operator = models.OneToOneField(Operator, models.CASCADE, primary_key=True, related_name="fleet_grant")
    granted_at = models.DateTimeField()
    granted_by_id = models.BigIntegerField(null=True)
