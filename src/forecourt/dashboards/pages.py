"""The overview: live figures for whoever looks, and the card that a team's page shows."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forecourt.access import Actor, Permission, Scope
from forecourt.dashboards import queries
from forecourt.dashboards.rules import DayTotal, Trend, currencies, trend
from forecourt.kit import clock
from forecourt.kit.registries import MenuEntry
from forecourt.operators.pages import AccountFilter, account_filter
from forecourt.portal import formats
from forecourt.portal.pages import PageRequest, page, respond
from forecourt.teams.models import Team
from forecourt.teams.rules import reaches

MENU = [MenuEntry("overview", gettext_lazy("Overview"), "overview", "layout-dashboard", None, 0)]

LIVE_SECONDS = 5
LOST_FOR = timedelta(days=7)  # a station that was lost longer ago is no news
GROUPS: dict[str, tuple[Any, str]] = {
    "available": (gettext_lazy("Available"), "ok"),
    "in_use": (gettext_lazy("In use"), "live"),
    "held": (gettext_lazy("Reserved or scheduled"), "held"),
    "fault": (gettext_lazy("Fault"), "bad"),
    "disconnected": (gettext_lazy("Disconnected"), "bad"),
    "out_of_service": (gettext_lazy("Out of service"), "off"),
}


@page("GET")
def overview(request: PageRequest) -> HttpResponseBase:
    """What goes on now, and how the last days went. The upper part is live; each part is for whom its permission holds."""
    actor, at = request.actor, clock.now()
    accounts = account_filter(request, actor.scope(Permission.TEAM_READ))
    context: dict[str, Any] = {"title": _("Overview"), "live": LIVE_SECONDS, "accounts": accounts} | _now(actor, accounts, at)
    if not request.htmx:
        context |= _days(actor, accounts, timezone.localdate(at)) | _own(actor, at)
        context["may_platform"] = actor.may_platform(Permission.PLATFORM_READ)
    return respond(request, "dashboards/overview.html", "live", context)


def _now(actor: Actor, accounts: AccountFilter, at: datetime) -> dict[str, Any]:
    """The live part."""
    points, charges = (accounts.narrowed(actor.scope(needs)) for needs in (Permission.CHARGE_POINT_READ, Permission.CHARGE_READ))
    counts = queries.state_counts(points) if points else []
    return {
        "groups": [(GROUPS[count.group][0], count, GROUPS[count.group][1]) for count in counts],
        "points": sum(count.count for count in counts),
        "may_see_points": bool(points),
        "may_see_charges": bool(charges),
        "running": queries.running(charges) if charges else None,
        "latest": queries.latest_charges(charges) if charges else [],
        "lost": queries.lost_stations(points, since=at - LOST_FOR) if points else [],
    }


def _days(actor: Actor, accounts: AccountFilter, today: date) -> dict[str, Any]:
    """Today, the last 7 and the last 30 days; nothing for whom sums are not meant."""
    scope = accounts.narrowed(queries.figures_scope(actor))
    totals = queries.day_totals(scope, from_day=today - timedelta(days=59)) if scope else []
    is_meant = bool(scope) and (bool(totals) or actor.account is not None)
    return {"periods": periods(totals, today) if is_meant else []}


def periods(totals: list[DayTotal], today: date) -> list[tuple[str, list[dict[str, Any]]]]:
    """(label, cards): energy, revenue per currency; today also charges and failures."""
    return [
        (_("Today"), _today(totals, today)),
        (_("Last 7 days"), _period(totals, today, 7, _("last 7 days"))),
        (_("Last 30 days"), _period(totals, today, 30, _("last 30 days"))),
    ]


def _period(totals: list[DayTotal], today: date, days: int, label: str) -> list[dict[str, Any]]:
    energy = trend(totals, lambda total: total.energy_wh, today=today, days=days)
    revenue = [_revenue(totals, currency, today, days, label) for currency in currencies(totals)]
    return [_figure(_("Energy, %(when)s") % {"when": label}, formats.energy(energy.now, "short"), energy), *revenue]


def _today(totals: list[DayTotal], today: date) -> list[dict[str, Any]]:
    mine = [total for total in totals if total.day == today]
    yesterday = [total for total in totals if total.day == today - timedelta(days=1)]
    failed, failed_before = (sum(total.failed for total in some) for some in (mine, yesterday))
    energy, energy_before = (sum(total.energy_wh for total in some) for some in (mine, yesterday))
    charges = sum(total.charges for total in mine)
    cards = [
        {"label": _("Energy today"), "value": formats.energy(energy, "short"), "note": _("yesterday %(value)s") % {"value": formats.energy(energy_before, "short")}},
        {"label": _("Charges today"), "value": formats.number(charges), "note": _("yesterday %(value)s") % {"value": formats.number(sum(total.charges for total in yesterday))}},
        {"label": _("Failed charges today"), "value": formats.number(failed), "note": _("yesterday %(value)s") % {"value": formats.number(failed_before)}},
    ]  # fmt: skip
    for currency in currencies(totals):
        now, before = (sum(total.revenue_minor for total in some if total.currency == currency) for some in (mine, yesterday))
        cards.append(
            {
                "label": _("Net revenue today"),
                "value": formats.money(now, currency),
                "note": _("yesterday %(value)s") % {"value": formats.money(before, currency)},
            }
        )
    return cards


def _revenue(totals: list[DayTotal], currency: str, today: date, days: int, label: str) -> dict[str, Any]:
    mine = [total for total in totals if total.currency == currency]
    revenue = trend(mine, lambda total: total.revenue_minor, today=today, days=days)
    return _figure(_("Net revenue, %(when)s") % {"when": label}, formats.money(revenue.now, currency), revenue)


def _figure(label: str, value: str, trend: Trend) -> dict[str, Any]:
    change = trend.change_percent
    card: dict[str, Any] = {"label": label, "value": value, "spark": list(trend.by_day)}
    if change is None:
        return card | {"note": _("nothing in the days before")}
    delta = f"{abs(change)} %"
    return card | {
        "delta": delta,
        "direction": "down" if change < 0 else "up",
        "tone": "bad" if change < 0 else "ok" if change else "off",
        "note": _("against the days before"),
    }


def _own(actor: Actor, at: datetime) -> dict[str, Any]:
    """A driver's own charges of the last 30 days; not for an operator's people, whose page is about others."""
    if not actor.scope(Permission.CHARGE_READ).person_ids:
        return {"own": []}
    own = queries.own_charges(actor.id, since=at - timedelta(days=30))
    return {
        "own": [
            {
                "label": _("You charged, last 30 days"),
                "value": formats.energy(mine.energy_wh, "short"),
                "note": ngettext("%(count)s charge, %(price)s", "%(count)s charges, %(price)s", mine.charges)
                % {"count": formats.number(mine.charges), "price": formats.money(mine.price_minor, mine.currency)},
            }
            for mine in own
        ]
    }


def team_card(request: PageRequest, team: Team) -> str:
    """On a team's page: its charge points and the last 30 days of them."""
    if not reaches(request.actor, Permission.CHARGE_POINT_READ, team):
        return ""
    scope, today = Scope(team_ids=frozenset({team.pk})), timezone.localdate(clock.now())
    counts = queries.state_counts(scope)
    points = sum(count.count for count in counts)
    available = next(count.count for count in counts if count.group == "available")
    cards: list[dict[str, Any]] = [
        {
            "label": _("Charge points"),
            "value": formats.number(points),
            "note": _("%(count)s available") % {"count": formats.number(available)},
        }
    ]
    if reaches(request.actor, Permission.CHARGE_READ, team):
        totals = queries.day_totals(scope, from_day=today - timedelta(days=59))
        energy = trend(totals, lambda total: total.energy_wh, today=today, days=30)
        cards.append(_figure(_("Energy, %(when)s") % {"when": _("last 30 days")}, formats.energy(energy.now, "short"), energy))
        cards += [_revenue(totals, currency, today, 30, _("last 30 days")) for currency in currencies(totals)]
    return render_to_string("dashboards/_figures.html", {"figures": cards})


CARDS = [("team", team_card)]
