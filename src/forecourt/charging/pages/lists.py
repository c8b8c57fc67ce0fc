"""The charges page: filters in the URL, live, CSV."""

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from forecourt.access import Permission, refused_everywhere, require
from forecourt.charging import queries
from forecourt.charging.queries import ChargeFilter, ChargeRow
from forecourt.charging.queries.charges import FAILED
from forecourt.kit.money import Money
from forecourt.operators.pages import account_filter
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, page, paged, respond
from forecourt.portal.paging import COUNT_LIMIT

CHIPS = ("reserved", "starting", "charging", "paused", "stopping", "stopped", "released", "completed", FAILED)
REFRESH_SECONDS = 5


@page("GET")
def charge_list(request: PageRequest) -> HttpResponseBase:
    """The charges that the person may read, newest first. htmx asks for the same URL and gets the rows alone."""
    accounts = account_filter(request, require(request.actor, Permission.CHARGE_READ))
    states = request.GET.getlist("state")
    filters = ChargeFilter.parse(request.GET.dict(), states=states, zone=timezone.get_current_timezone_name())
    if request.GET.get("format") == "csv":
        require(request.actor, Permission.CHARGE_EXPORT)
        exported = accounts.narrowed(request.actor.scope(Permission.CHARGE_EXPORT))
        return csv_response("charges.csv", _header(), (_cells(row) for row in queries.all_charge_rows(exported, filters=filters)))
    paging = paged(request, queries.count_charges(accounts.scope, filters=filters, limit=COUNT_LIMIT + 1))
    context = {
        "title": _("Charges"),
        "rows": queries.charge_rows(accounts.scope, filters=filters, limit=paging.size, offset=paging.offset),
        "paging": paging,
        "chips": state_chips("charge", CHIPS, chosen=states),
        "filters": filters,
        "accounts": accounts,
        "csv": True,
        "csv_refused": refused_everywhere(request.actor, Permission.CHARGE_EXPORT),
        "live": REFRESH_SECONDS,
    }
    return respond(request, "charging/charge_list.html", "rows", context)


def _header() -> list[str]:
    return [
        _("Charge"), _("Number"), _("State"), _("Charge point"), _("Paying team"), _("Started"), _("Stopped"), "kWh", _("Price"),
        _("Currency"), _("Stop reason"), _("Failure reason"), _("Flagged"),
    ]  # fmt: skip


def _cells(row: ChargeRow) -> list[object]:
    """Times are ISO 8601 in UTC; numbers stay numbers."""
    return [
        row.human_readable_id, row.id, row.state, row.charge_point, row.payer_team,
        row.started_at.isoformat() if row.started_at else None, row.stopped_at.isoformat() if row.stopped_at else None,
        f"{row.energy_wh / 1000:.3f}" if row.energy_wh is not None else None,
        Money(row.price_minor, row.currency).major if row.price_minor is not None else None, row.currency,
        row.stop_reason, row.failure_reason, 1 if row.is_suspicious else 0,
    ]  # fmt: skip
