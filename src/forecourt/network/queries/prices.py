"""Which charge points carry a price group, and which could."""

from django.db.models import Count, Q, QuerySet

from forecourt.access import Scope
from forecourt.network.models import ChargePoint, Site
from forecourt.pricing.models import PriceGroup
from forecourt.teams.models import Team

# The columns of a charge point that hold price groups, by the group's type.
GROUP_COLUMNS = {
    PriceGroup.Type.PUBLIC: "price_group",
    PriceGroup.Type.COST: "cost_group",
    PriceGroup.Type.ROAMING: "roaming_price_group",
}


def carriers(group: PriceGroup) -> Q:
    """Charge points that carry the group now; none for a type that charge points do not carry."""
    column = GROUP_COLUMNS.get(PriceGroup.Type(group.type))
    return Q(**{column: group}) if column else Q(pk__in=())


def carriers_in(group: PriceGroup, scope: Scope) -> QuerySet[ChargePoint]:
    """Those in the scope, by name, with site and team."""
    rows = ChargePoint.objects.within(scope).filter(carriers(group), deleted_at=None)
    return rows.select_related("site", "team").order_by("name", "id")


def teams_with(group: PriceGroup, scope: Scope) -> QuerySet[Team]:
    """The teams in the scope that may use the group."""
    teams = Team.objects.within(scope)
    return teams.filter(pk=group.team_id) if group.team_id is not None else teams.filter(_may_use(group))


def candidates(group: PriceGroup, scope: Scope, *, text: str = "") -> QuerySet[ChargePoint]:
    """The charge points in the scope whose teams may use the group and that do not carry it, by name; narrowed by a text in theirs or their site's."""
    rows = ChargePoint.objects.within(scope).filter(_may_use(group), deleted_at=None).exclude(carriers(group))
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(evse_id__icontains=text) | Q(site__name__icontains=text))
    return rows.select_related("site", "team").order_by("name", "id")


def candidate_sites(group: PriceGroup, scope: Scope, *, text: str = "") -> QuerySet[Site]:
    """The sites in the scope with charge points, whose teams may use the group; each with `points`, how many it has."""
    rows = Site.objects.within(scope).filter(_may_use(group), deleted_at=None)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(city__icontains=text))
    living = Count("charge_points", filter=Q(charge_points__deleted_at=None))
    return rows.annotate(points=living).filter(points__gt=0).order_by("name", "id")


def _may_use(group: PriceGroup) -> Q:
    """As `PriceGroup.is_for`, for rows."""
    if group.team_id is not None:
        return Q(team=group.team_id)
    return Q(organisation_id=group.organisation_id) if group.operator.is_main else Q(operator=group.operator_id)
