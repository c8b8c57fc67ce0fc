"""Which charge points of its team a member may use: `chargePointIds` of a team member (partner API §11.15), for the pages of `teams` too."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forecourt.access import Actor
from forecourt.kit.errors import Invalid
from forecourt.kit.registries import ApiField, PageField
from forecourt.network.api.price_groups import API_FIELDS as PRICE_GROUP_FIELDS
from forecourt.network.models import ChargePoint
from forecourt.operators.models import Operator
from forecourt.teams import operations as teams
from forecourt.teams.models import Team, TeamMember

NAME = "chargePointIds"


def _load(ids: list[int]) -> dict[int, Any]:
    rows = TeamMember.objects.filter(pk__in=ids, has_access_to_all=False)
    return dict(rows.values_list("pk", "charge_point_ids"))


def _write(*, actor: Actor, id: int, value: list[int] | None, at: datetime) -> None:
    """None, and an empty list, are all charge points of the team. Whether the actor may change the member, its own endpoint has asked."""
    member = TeamMember.objects.get(pk=id)
    wanted = set(value or ())
    if ChargePoint.objects.filter(team=member.team_id, pk__in=wanted, deleted_at=None).count() != len(wanted):
        says = _("Choose charge points of the team.")
        raise Invalid(says, fields={NAME: says})
    teams.give_access(actor=actor, member=member, charge_point_ids=sorted(wanted) or None, at=at)


def _choices(actor: Actor, *, operator: Operator, team: Team | None) -> list[tuple[Any, str]]:
    rows = ChargePoint.objects.filter(team=team, deleted_at=None).order_by("name", "id") if team else ChargePoint.objects.none()
    return list(rows.values_list("pk", "name"))


API_FIELDS = [ApiField("team-member", NAME, _load, _write), *PRICE_GROUP_FIELDS]
PAGE_FIELDS = [PageField("team-member", NAME, gettext_lazy("Only these charge points"), _choices, is_many=True)]
