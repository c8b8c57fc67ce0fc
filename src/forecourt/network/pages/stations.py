"""Stations: the boxes with the sockets, with or without charge points."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch, require
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.network import operations
from forecourt.network.models import Station
from forecourt.network.pages.buttons import action, note_errors
from forecourt.network.pages.changes import ask_first
from forecourt.network.pages.charge_point import PROTOCOLS
from forecourt.network.pages.connecting import recalled_secret, remember_secret, url_of
from forecourt.network.pages.forms import RenameStationForm, teams_for
from forecourt.network.queries import stations as queries
from forecourt.operators.pages import account_filter
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond

P = Permission
MOST_OPTIONS = 500


@page("GET")
def station_list(request: PageRequest) -> HttpResponseBase:
    accounts = account_filter(request, require(request.actor, P.CHARGE_POINT_READ))
    scope, filters = accounts.scope, queries.StationFilter.parse(request.GET)
    if request.GET.get("format") == "csv":
        return _export(queries.every_station_row(scope, filters=filters))
    paging = paged(request, queries.station_count(scope, filters=filters))
    rows = queries.station_rows(scope, filters=filters, limit=paging.size, offset=paging.offset)
    context = {
        "title": _("Stations"),
        "filters": filters,
        "accounts": accounts,
        "chips": state_chips("connection", queries.STATES, chosen=filters.states),
        "teams": list(teams_for(request.actor, P.CHARGE_POINT_READ).values_list("id", "name")[:MOST_OPTIONS]),
        "uses": [("no", _("Without charge points"))],
        "used": "no" if filters.is_unused else "",
        "is_narrowed": bool(filters.search or filters.states or filters.team_id or filters.is_unused or accounts.value),
        "rows": [(row, _actions(request, row)) for row in rows],
        "paging": paging,
        "csv": True,
    }
    return respond(request, "network/station_list.html", "rows", context)


@page("GET")
def station_detail(request: PageRequest, station_id: int) -> HttpResponseBase:
    """What it says of itself, its charge points, its connection live; a new password, this once."""
    station = _fetched(request, station_id, P.CHARGE_POINT_READ)
    link = getattr(station, "link", None)
    is_page = not request.htmx or request.htmx.boosted
    context = {
        "title": station.identity,
        "station": station,
        "crumbs": [(_("Stations"), reverse("stations"))],
        "actions_given": _actions(request, station),
        "facts": _facts(station),
        "url": url_of(station.identity),
        "secret": recalled_secret(request, station) if is_page else None,
        "link": link,
        "state": queries.link_state(link),
        "points": station.charge_points.filter(deleted_at=None).order_by("number"),
    }
    return respond(request, "network/station.html", "live", context)


@page("GET", "POST")
def rename(request: PageRequest, station_id: int) -> HttpResponseBase:
    """Another identity: it is entered in the station too."""
    station = _fetched(request, station_id, P.CHARGE_POINT_UPDATE)
    form = RenameStationForm(request.POST if request.method == "POST" else None, initial={"identity": station.identity})
    if request.method == "POST" and form.is_valid():
        try:
            operations.rename_station(actor=request.actor, station=station, at=clock.now(), **form.cleaned_data)
        except operations.IdentityTaken as error:
            form.add_error("identity", error.message)
        except DomainError as error:
            note_errors(form, error)
        else:
            return done(request, "station", station.pk, message=_("Saved. Enter the new identity in the station too."))
    says = _("The station stays connected. The next time it connects, it must call with the new identity; its password stays.")
    return ask_first(
        request, title=_("Change the identity?"), says=says, confirm=_("Change"), cancel_url=_page_of(station), form=form
    )  # fmt: skip


@page("GET", "POST")
def password(request: PageRequest, station_id: int) -> HttpResponseBase:
    """A new password, shown once on the station's page."""
    station = _fetched(request, station_id, P.CHARGE_POINT_UPDATE)
    if request.method == "POST":
        remember_secret(request, station, operations.rotate_password(actor=request.actor, station=station, at=clock.now()))
        return done(request, "station", station.pk)
    says = _("The old password ends now. The station stays connected, and needs the new one the next time it connects.")
    return ask_first(request, title=_("New station password?"), says=says, confirm=_("Make a new one"), cancel_url=_page_of(station))


@page("GET", "POST")
def delete(request: PageRequest, station_id: int) -> HttpResponseBase:
    station = _fetched(request, station_id, P.CHARGE_POINT_DELETE)
    if request.method == "POST":
        operations.delete_station(actor=request.actor, station=station, at=clock.now())
        return done(request, "stations", message=_("“%(name)s” is deleted.") % {"name": station.identity})
    says = _(
        "It may not connect any more, and its connection ends now. Its charge points stay, without a station; its identity is free again."
    )
    title = _("Delete “%(name)s”?") % {"name": station.identity}
    return ask_first(request, title=title, says=says, confirm=_("Delete"), is_danger=True, cancel_url=_page_of(station))


def _fetched(request: PageRequest, id: int, needs: Permission) -> Station:
    row: Station = fetch(Station.objects.select_related("team", "link", "model__brand"), actor=request.actor, id=id, needs=needs)
    return row


def _actions(request: PageRequest, row: Any) -> list[Action]:
    gone = _("This station is deleted.") if getattr(row, "deleted_at", None) else ""
    rename_, password_, delete_ = (reverse(name, args=[row.id]) for name in ("station-rename", "station-password", "station-delete"))
    return [
        action(request.actor, P.CHARGE_POINT_UPDATE, row, _("Change identity"), rename_, "pencil", asks=True, otherwise=gone),
        action(request.actor, P.CHARGE_POINT_UPDATE, row, _("New station password"), password_, "key", asks=True, otherwise=gone),
        action(request.actor, P.CHARGE_POINT_DELETE, row, _("Delete"), delete_, "trash", asks=True, is_danger=True, otherwise=gone),
    ]


def _facts(station: Station) -> list[tuple[str, object]]:
    return [
        (_("Team"), station.team.name),
        (_("Protocol"), PROTOCOLS.get(station.protocol, station.protocol)),
        (_("Model"), f"{station.model.brand.name} {station.model.name}" if station.model else None),
        (_("Reported as"), " ".join(filter(None, [station.reported_vendor, station.reported_model]))),
        (_("Serial number"), station.serial_number),
        (_("Firmware"), station.firmware_version),
        (_("SIM card"), station.iccid),
        (_("Last started"), station.booted_at),
    ]


def _page_of(station: Station) -> str:
    return reverse("station", args=[station.pk])


def _export(rows: list[queries.StationRow]) -> HttpResponseBase:
    header = [
        _("Id"), _("Identity"), _("Connection"), _("Charge points"), _("Team"), _("Reported as"), _("Serial number"), _("Firmware"), _("Last heard"),
    ]  # fmt: skip
    table = (
        [
            row.id, row.identity, row.state, ", ".join(f"{number}: {name}" for _id, number, name in row.points), row.team,
            " ".join(filter(None, [row.reported_vendor, row.reported_model])), row.serial_number, row.firmware_version,
            row.last_message_at.isoformat() if row.last_message_at else "",
        ]
        for row in rows
    )  # fmt: skip
    return csv_response("stations.csv", header, table)
