"""The platform's grant of fleet teams (spec P2.1)."""

from datetime import datetime

from forecourt.access import Actor
from forecourt.kit.operations import operation
from forecourt.operators.models import Operator
from forecourt.teams.models import FleetGrant


@operation
def grant_fleet(*, actor: Actor, operator: Operator, at: datetime) -> None:
    """The operator may make fleet teams. Again: the first grant stays."""
    FleetGrant.objects.get_or_create(
        operator=operator, defaults={"organisation_id": operator.organisation_id, "granted_at": at, "granted_by_id": actor.id or None}
    )


@operation
def withdraw_fleet(*, actor: Actor, operator: Operator, at: datetime) -> None:
    """No new fleet teams; those that exist stay."""
    FleetGrant.objects.filter(operator=operator).delete()
