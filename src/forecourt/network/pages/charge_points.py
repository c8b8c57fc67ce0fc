"""The charge points: list, map, new, edit, import."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from forecourt.access import Permission, fetch, refused_everywhere, require
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.network import operations
from forecourt.network.models import ChargePoint, Site, State
from forecourt.network.pages.buttons import action, note_errors
from forecourt.network.pages.connecting import url_of
from forecourt.network.pages.forms import EditChargePointForm, ImportForm, NewChargePointForm, teams_for
from forecourt.network.queries import charge_points as queries
from forecourt.network.rules.table import COLUMNS
from forecourt.operators.pages import AccountFilter, account_filter
from forecourt.portal.actions import Action
from forecourt.portal.chips import state_chips
from forecourt.portal.pages import PageRequest, csv_response, done, page, paged, respond
from forecourt.portal.states import state

P = Permission
MOST_OPTIONS = 500
MOST_BYTES = 2_000_000
INVALID = 422
PASSWORDS = "imported_station_passwords"


@page("GET")
def charge_point_list(request: PageRequest) -> HttpResponseBase:
    """The charge points page. htmx asks for the same URL and gets the rows alone."""
    accounts = account_filter(request, require(request.actor, P.CHARGE_POINT_READ))
    scope, filters = accounts.scope, queries.ChargePointFilter.parse(request.GET)
    if request.GET.get("format") == "csv":
        return _export(queries.every_charge_point_row(scope, filters=filters))
    paging = paged(request, queries.charge_point_count(scope, filters=filters))
    rows = queries.charge_point_rows(scope, filters=filters, limit=paging.size, offset=paging.offset)
    context = _list_context(request, filters, accounts) | {
        "rows": [(row, _row_actions(request, row)) for row in rows],
        "paging": paging,
        "csv": True,
        "live": 5,
    }
    return respond(request, "network/charge_point_list.html", "rows", context)


@page("GET")
def charge_point_map(request: PageRequest) -> HttpResponseBase:
    """The same filters, on a map."""
    accounts = account_filter(request, require(request.actor, P.CHARGE_POINT_READ))
    scope, filters = accounts.scope, queries.ChargePointFilter.parse(request.GET)
    places = [
        {
            "id": place.id,
            "name": place.name,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "tone": str(state("charge_point", place.state).tone),
            "url": reverse("charge-point", args=[place.id]),
            "note": str(state("charge_point", place.state).word),
        }
        for place in queries.charge_point_places(scope, filters=filters)
    ]
    context = _list_context(request, filters, accounts) | {"places": places, "is_map": True}
    return respond(request, "network/charge_point_map.html", None, context)


@page("GET", "POST")
def charge_point_new(request: PageRequest) -> HttpResponseBase:
    """Add a charge point; with `?then=connect` its station comes next."""
    require(request.actor, P.CHARGE_POINT_CREATE)
    form = NewChargePointForm(
        request.POST or None, actor=request.actor, initial={"team": request.GET.get("team"), "site": request.GET.get("site")}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.create_charge_point(
                actor=request.actor, team=given["team"], site=given["site"], model=given["model"], values=form.values(), at=clock.now()
            )
        except DomainError as error:
            note_errors(form, error)
        else:
            then = "charge-point-connect" if request.GET.get("then") == "connect" else "charge-point"
            return done(request, then, made.pk, message=_("The charge point is added."))
    context = {"title": _("Add a charge point"), "form": form, "cancel_url": reverse("charge-points"), "submit": _("Add charge point")}
    return respond(request, "portal/form.html", None, context | _crumbs(), status=INVALID if form.errors else 200)


@page("GET", "POST")
def charge_point_edit(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    charge_point = fetch(ChargePoint.objects, actor=request.actor, id=charge_point_id, needs=P.CHARGE_POINT_UPDATE)
    form = EditChargePointForm(request.POST or None, charge_point=charge_point)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        plugs = [plug.pk for plug in given["connector_types"]] if "connector_types" in form.changed_data else None
        try:
            operations.edit_charge_point(
                actor=request.actor, charge_point=charge_point, values=form.values(), connector_type_ids=plugs, at=clock.now()
            )
        except DomainError as error:
            note_errors(form, error)
        else:
            return done(request, "charge-point", charge_point.pk, message=_("Saved."))
    back = reverse("charge-point", args=[charge_point.pk])
    context = {"title": _("Edit"), "form": form, "cancel_url": back, "crumbs": [*_crumbs()["crumbs"], (charge_point.name, back)]}
    return respond(request, "portal/form.html", None, context, status=INVALID if form.errors else 200)


@page("GET", "POST")
def charge_point_import(request: PageRequest) -> HttpResponseBase:
    """Charge points from a CSV. The dry run shows the report; the same file is then given again to import it."""
    require(request.actor, P.CHARGE_POINT_CREATE)
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()), actor=request.actor)
    report = None
    if request.method == "POST" and form.is_valid():
        report = _import(request, form)
    if report and not report.is_dry_run and report.stations:
        request.session[PASSWORDS] = report.stations
    elif report and not report.is_dry_run and not report.failed:
        return done(request, "charge-points", message=_("%(count)s charge points imported.") % {"count": report.created + report.updated})
    context = {
        "title": _("Import charge points"),
        "form": form,
        "report": report,
        "columns": [(name, is_needed) for name, is_needed in COLUMNS.items()],
        "cancel_url": reverse("charge-points"),
    }
    return respond(request, "network/charge_point_import.html", None, context | _crumbs(), status=INVALID if form.errors else 200)


@page("POST")
def charge_point_import_passwords(request: PageRequest) -> HttpResponseBase:
    """The passwords of the stations that the last import made, as CSV, once."""
    require(request.actor, P.CHARGE_POINT_CREATE)
    stations = request.session.pop(PASSWORDS, None)
    if stations is None:
        return done(request, "stations", message=_("The passwords were downloaded already. Make new ones on the stations’ pages."))
    rows = [(identity, password, url_of(identity)) for identity, password in stations]
    return csv_response("station-passwords.csv", [_("Identity"), _("Password"), _("URL")], rows)


def _import(request: PageRequest, form: ImportForm) -> Any:
    file = form.cleaned_data["file"]
    if file.size > MOST_BYTES:
        form.add_error("file", _("The file is larger than 2 MB. Split it."))
        return None
    try:
        return operations.import_charge_points(
            actor=request.actor,
            team=form.cleaned_data["team"],
            content=file.read(),
            is_dry_run="import" not in request.POST,
            at=clock.now(),
        )
    except DomainError as error:
        note_errors(form, error)
        return None


def _list_context(request: PageRequest, filters: queries.ChargePointFilter, accounts: AccountFilter) -> dict[str, Any]:
    actor, scope = request.actor, accounts.scope
    sites = Site.objects.within(actor.scope(P.SITE_READ)).filter(deleted_at=None).order_by("name").values_list("id", "name")
    return {
        "title": _("Charge points"),
        "filters": filters,
        "accounts": accounts,
        "chips": state_chips("charge_point", State.values, chosen=filters.states, counts=queries.state_counts(scope, filters=filters)),
        "sites": list(sites[:MOST_OPTIONS]),
        "teams": list(teams_for(actor, P.CHARGE_POINT_READ).values_list("id", "name")[:MOST_OPTIONS]),
        "create_refused": refused_everywhere(actor, P.CHARGE_POINT_CREATE),
        "is_narrowed": bool(filters.search or filters.states or filters.site_id or filters.team_id or accounts.value),
    }


def _row_actions(request: PageRequest, row: queries.ChargePointRow) -> list[Action]:
    actor = request.actor
    no_station = "" if row.identity else _("It is not connected to a station.")
    maintenance = _("End maintenance") if row.is_in_maintenance else _("Start maintenance")
    return [
        action(actor, P.CHARGE_POINT_UPDATE, row, _("Edit"), reverse("charge-point-edit", args=[row.id]), "pencil"),
        action(actor, P.CHARGE_POINT_COMMAND, row, _("Restart station"), _ask("reset", row.id), "refresh", asks=True, otherwise=no_station),
        action(actor, P.CHARGE_POINT_COMMAND, row, _("Unlock cable"), _ask("unlock", row.id), "lock-open", asks=True, otherwise=no_station),
        action(actor, P.CHARGE_POINT_UPDATE, row, maintenance, reverse("charge-point-maintenance", args=[row.id]), "tools", asks=True),
        action(
            actor,
            P.CHARGE_POINT_DELETE,
            row,
            _("Delete"),
            reverse("charge-point-delete", args=[row.id]),
            "trash",
            asks=True,
            is_danger=True,
        ),
    ]


def _ask(what: str, id: int) -> str:
    return reverse("charge-point-command", args=[id, what])


def _export(rows: Any) -> HttpResponseBase:
    header = [
        _("Id"), _("Charge point"), _("EVSE id"), _("State"), _("State since"), _("Current"), _("Power, kW"), _("Site"), _("Team"),
        _("Identity"), _("Serial number"), _("Last heard"),
    ]  # fmt: skip
    table = (
        [
            row.id, row.name, row.evse_id, row.state, _iso(row.state_since), row.type, f"{row.max_w / 1000:g}", row.site, row.team,
            row.identity, row.serial_number, _iso(row.last_message_at),
        ]
        for row in rows
    )  # fmt: skip
    return csv_response("charge-points.csv", header, table)


def _iso(at: Any) -> str:
    return at.isoformat() if at else ""


def _crumbs() -> dict[str, Any]:
    return {"crumbs": [(_("Charge points"), reverse("charge-points"))]}
