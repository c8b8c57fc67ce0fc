"""Reads of the overview: the roll-up, and what happens now."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from forecourt.access import Actor, Permission, Scope
from forecourt.charging.models import Charge
from forecourt.dashboards.models import ChargePointDay
from forecourt.dashboards.rules import DayTotal
from forecourt.network.models import ChargePoint, StationLink

# The 14 public states (spec P2.2) in the groups of the overview. Every state stands in exactly one: a test says so.
STATE_GROUPS: dict[str, tuple[str, ...]] = {
    "available": ("available",),
    "in_use": ("busy", "busy-charging", "busy-non-charging", "busy-non-released"),
    "held": ("busy-reserved", "busy-scheduled"),
    "fault": ("error", "busy-blocked"),
    "disconnected": ("disconnected",),
    "out_of_service": ("maintenance", "passive", "exempt", "other"),
}


def figures_scope(actor: Actor) -> Scope:
    """Where the actor may see sums: an operator's people by the dashboard right (spec §3.2), a team's people with their charges."""
    dashboards, charges = actor.scope(Permission.DASHBOARD_READ), actor.scope(Permission.CHARGE_READ)
    return Scope(organisation_ids=dashboards.organisation_ids, operator_ids=dashboards.operator_ids, team_ids=charges.team_ids)


def day_totals(scope: Scope, *, from_day: date) -> list[DayTotal]:
    """What the charge points in scope did on each day from `from_day` on, per currency. From the roll-up."""
    rows = ChargePointDay.objects.within(scope).filter(day__gte=from_day)
    sums = (
        rows.order_by("day").values_list("day", "currency").annotate(Sum("charges"), Sum("failed"), Sum("energy_wh"), Sum("revenue_minor"))
    )
    return [DayTotal(*row) for row in sums]


@dataclass(frozen=True, slots=True)
class GroupCount:
    group: str
    states: tuple[str, ...]
    count: int


def state_counts(scope: Scope) -> list[GroupCount]:
    """How many living charge points are in each group of states."""
    rows = ChargePoint.objects.within(scope).filter(deleted_at=None).order_by().values_list("state").annotate(Count("id"))
    counts = dict(rows)
    return [GroupCount(group, states, sum(counts.get(state, 0) for state in states)) for group, states in STATE_GROUPS.items()]


@dataclass(frozen=True, slots=True)
class Running:
    charges: int
    power_w: int


def running(scope: Scope) -> Running:
    """Charges that have started and not stopped at charge points in scope, and the power that they last reported, in watts."""
    open_charges = Charge.objects.within(scope, side="owner").filter(started_at__isnull=False, stopped_at=None)
    found = open_charges.aggregate(charges=Count("id"), power=Sum("meter__power_w"))
    return Running(found["charges"], found["power"] or 0)


@dataclass(frozen=True, slots=True)
class LatestCharge:
    id: int
    charge_point: str
    state: str
    is_failed: bool
    started_at: datetime | None
    created_at: datetime
    energy_wh: int | None
    price_minor: int | None
    currency: str


def latest_charges(scope: Scope, *, limit: int = 8) -> list[LatestCharge]:
    """The newest charges that the actor may see: at their charge points, and paid by them."""
    rows = Charge.objects.newest_within(scope, limit=limit).select_related("charge_point", "meter")
    return [_latest(row) for row in rows]


def _latest(row: Charge) -> LatestCharge:
    return LatestCharge(
        id=row.pk,
        charge_point=row.charge_point.name,
        state="failed" if row.failed_at else row.state,
        is_failed=row.failed_at is not None,
        started_at=row.started_at,
        created_at=row.created_at,
        energy_wh=row.energy_wh,
        price_minor=row.price_minor,
        currency=row.currency,
    )


@dataclass(frozen=True, slots=True)
class LostStation:
    identity: str
    team: str
    disconnected_at: datetime | None
    charge_point_id: int | None  # its first, whose page says more


def lost_stations(scope: Scope, *, since: datetime, limit: int = 6) -> list[LostStation]:
    """Stations that were connected since then and are not now; the latest loss first."""
    reached = scope.as_q({column: f"station__{column}" for column in ("organisation_id", "operator_id", "team_id")})
    links = StationLink.objects.filter(reached, gateway_id=None, disconnected_at__gte=since, station__deleted_at=None)
    first = ChargePoint.objects.filter(station=OuterRef("station"), deleted_at=None).order_by("number").values("pk")[:1]
    rows = links.order_by("-disconnected_at").values_list("station__identity", "station__team__name", "disconnected_at", Subquery(first))
    return [LostStation(*row) for row in rows[:limit]]


@dataclass(frozen=True, slots=True)
class OwnCharges:
    """What a driver charged and paid since a moment, per currency."""

    currency: str
    charges: int
    energy_wh: int
    price_minor: int


def own_charges(person_id: int, *, since: datetime) -> list[OwnCharges]:
    """A driver's settled charges since then. Their own rows only, by an index: few, so they are summed as they stand."""
    mine = Charge.objects.filter(Q(person_id=person_id), completed_at__gte=since)
    sums = (
        mine.order_by()
        .values_list("currency")
        .annotate(Count("id"), charged_wh=Sum(F("meter_stop_wh") - F("meter_start_wh")), paid_minor=Sum("price_minor"))
    )
    return [OwnCharges(currency, charges, energy or 0, price or 0) for currency, charges, energy, price in sums]
