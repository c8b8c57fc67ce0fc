"""One charge point: overview, commands, configuration, history."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from forecourt.access import Permission, fetch
from forecourt.kit import clock
from forecourt.kit.errors import DomainError
from forecourt.network import operations
from forecourt.network.models import ChargePoint
from forecourt.network.pages.buttons import action, may, note_errors, why_not
from forecourt.network.pages.forms import ConfigurationForm
from forecourt.network.queries import charge_points as queries
from forecourt.network.queries.histories import history_rows, uptimes
from forecourt.portal import formats
from forecourt.portal.actions import Action
from forecourt.portal.pages import PageRequest, done, page, respond
from forecourt.portal.states import state

P = Permission
# Causes in our own words, as `rules.states` stores them; all others are OCPP's error codes and statuses.
CAUSES = (
    gettext_noop("connection lost"),
    gettext_noop("not connected to a station"),
    gettext_noop("no status yet"),
    gettext_noop("maintenance"),
    gettext_noop("exempt"),
    gettext_noop("reserved"),
    gettext_noop("scheduled"),
)
ACTIONS = {
    "start": gettext_lazy("Start charge"),
    "stop": gettext_lazy("Stop charge"),
    "reset": gettext_lazy("Restart station"),
    "unlock": gettext_lazy("Unlock cable"),
    "change_availability": gettext_lazy("Change availability"),
    "get_configuration": gettext_lazy("Read configuration"),
    "change_configuration": gettext_lazy("Change configuration"),
    "clear_cache": gettext_lazy("Clear cache"),
    "trigger_message": gettext_lazy("Ask for a message"),
    "data_transfer": gettext_lazy("Send vendor data"),
}
PROTOCOLS = {"ocpp1.6": "OCPP 1.6J", "ocpp2.0.1": "OCPP 2.0.1"}
UPTIME_DAYS = (7, 30, 365)
SHOWN_COMMANDS = 5


@page("GET")
def overview(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """State, connectors, station; the live part asks again every three seconds."""
    charge_point = _fetched(request, charge_point_id)
    may_command = may(request.actor, P.CHARGE_POINT_COMMAND, charge_point)
    context = _context(request, charge_point) | {
        "may_command": may_command,
        "commands": _commands(charge_point)[:SHOWN_COMMANDS] if may_command else [],
        "connectors": list(charge_point.connectors.select_related("connector_type").order_by("ordinal")),
        "facts": _facts(charge_point),
        "station_facts": _station_facts(charge_point),
        "link": _link(charge_point),
    }
    return respond(request, "network/charge_point.html", "live", context)


@page("GET")
def commands(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """What was asked of it and of its station, and what became of it."""
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_COMMAND)
    context = _context(request, charge_point) | {"commands": _commands(charge_point)}
    return respond(request, "network/charge_point_commands.html", "live", context)


@page("GET", "POST")
def configuration(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """The station's OCPP keys as last read, for who may read its log too (spec §3.2); POST asks it to change one."""
    charge_point = _fetched(request, charge_point_id, P.CHARGE_POINT_LOG_READ)
    if request.method == "POST":
        _fetched(request, charge_point_id, P.CHARGE_POINT_CONFIGURE)
    station = charge_point.station
    form = ConfigurationForm(request.POST or None)
    if request.method == "POST":
        if station is None:
            raise operations.NotIntegrated(_("This charge point is not connected to a station."))
        if form.is_valid():
            try:
                operations.change_configuration(actor=request.actor, station=station, at=clock.now(), **form.cleaned_data)
            except DomainError as error:
                note_errors(form, error)
            else:
                return done(request, "charge-point-configuration", charge_point.pk, message=_("We asked the station to change it."))
    keys = sorted(((station.configuration if station else None) or {}).items())
    context = _context(request, charge_point) | {
        "form": form,
        "refused": why_not(request.actor, P.CHARGE_POINT_CONFIGURE, charge_point),
        "keys": [(key, entry.get("value"), entry.get("readonly")) for key, entry in keys],
        "read_at": station.configuration_at if station else None,
        "commands": [one for one in _commands(charge_point) if one["action"] in ("get_configuration", "change_configuration")][
            :SHOWN_COMMANDS
        ],
    }
    return respond(request, "network/charge_point_configuration.html", "live", context, status=422 if form.errors else 200)


@page("GET")
def history(request: PageRequest, charge_point_id: int) -> HttpResponseBase:
    """States with their causes, uptime, and what it was connected by."""
    charge_point, at = _fetched(request, charge_point_id), clock.now()
    shares = uptimes(charge_point.pk, days=UPTIME_DAYS, at=at)
    labels = {7: _("Last 7 days"), 30: _("Last 30 days"), 365: _("Last 12 months")}
    context = _context(request, charge_point) | {
        "uptimes": [
            (labels[days], formats.NOTHING if share is None else f"{formats.number(share, 2)} %") for days, share in shares.items()
        ],
        "moments": [_moment(row) for row in history_rows(charge_point.pk)],
        "integrations": queries.integrations_of(charge_point.pk),
    }
    return respond(request, "network/charge_point_history.html", None, context)


def _fetched(request: PageRequest, id: int, needs: Permission = P.CHARGE_POINT_READ) -> ChargePoint:
    rows = ChargePoint.objects.select_related(
        "site", "team", "operator", "station__link", "model__brand", "country", "site__country", "price_group"
    )
    row: ChargePoint = fetch(rows, actor=request.actor, id=id, needs=needs)
    return row


def _context(request: PageRequest, charge_point: ChargePoint) -> dict[str, Any]:
    return {
        "title": charge_point.name,
        "charge_point": charge_point,
        "crumbs": [(_("Charge points"), reverse("charge-points"))],
        "actions_given": _actions(request, charge_point),
        "connect_why_not": why_not(request.actor, P.CHARGE_POINT_UPDATE, charge_point),
        "has_no_price": charge_point.price_group_id is None and not charge_point.is_free and charge_point.deleted_at is None,
    }


def _actions(request: PageRequest, charge_point: ChargePoint) -> list[Action]:
    actor, id = request.actor, charge_point.pk
    gone = _("This charge point is deleted.") if charge_point.deleted_at else ""
    none = gone or ("" if charge_point.station_id else _("It is not connected to a station."))
    command, update = P.CHARGE_POINT_COMMAND, P.CHARGE_POINT_UPDATE

    def to(name: str, *more: str) -> str:
        return reverse(name, args=[id, *more])

    return [
        action(actor, update, charge_point, _("Edit"), to("charge-point-edit"), "pencil", otherwise=gone),
        action(actor, command, charge_point, _("Restart station"), to("charge-point-command", "reset"), "refresh", asks=True, otherwise=none),
        action(actor, command, charge_point, _("Unlock cable"), to("charge-point-command", "unlock"), "lock-open", asks=True, otherwise=none),
        action(actor, command, charge_point, _("Clear cache"), to("charge-point-command", "clear-cache"), "eraser", asks=True, otherwise=none),
        action(actor, command, charge_point, _("Ask for a message"), to("charge-point-command", "message"), "message-question", asks=True, otherwise=none),
        action(actor, command, charge_point, _("Change availability"), to("charge-point-command", "availability"), "power", asks=True, otherwise=none),
        action(actor, P.CHARGE_POINT_CONFIGURE, charge_point, _("Send vendor data"), to("charge-point-command", "data"), "send", asks=True, otherwise=none),
        action(
            actor, update, charge_point, _("End maintenance") if charge_point.maintenance_at else _("Start maintenance"),
            to("charge-point-maintenance"), "tools", asks=True, otherwise=gone,
        ),
        action(
            actor, update, charge_point, _("Count in the uptime") if charge_point.exempt_at else _("Leave out of the uptime"),
            to("charge-point-exempt"), "circle-minus", asks=True, otherwise=gone,
        ),
        action(actor, update, charge_point, _("New station password"), reverse("station-password", args=[charge_point.station_id or 0]), "key", asks=True, otherwise=none),
        action(actor, update, charge_point, _("Disconnect from station"), to("charge-point-disconnect"), "plug-off", asks=True, otherwise=none),
        action(actor, update, charge_point, _("Transfer to another team"), to("charge-point-transfer"), "arrow-right", asks=True, otherwise=gone),
        action(actor, P.CHARGE_POINT_DELETE, charge_point, _("Delete"), to("charge-point-delete"), "trash", asks=True, is_danger=True, otherwise=gone),
    ]  # fmt: skip


def _commands(charge_point: ChargePoint) -> list[dict[str, Any]]:
    rows = queries.command_rows(charge_point_id=charge_point.pk, station_id=charge_point.station_id)
    return [
        {
            "action": row.action,
            "name": _command_name(row),
            "state": "outcome-unknown" if row.state == "unknown" else row.state,
            "requested_at": row.requested_at,
            "note": " · ".join(filter(None, [row.requested_by, str((row.answer or {}).get("status", ""))])),
        }
        for row in rows
    ]


def _command_name(row: queries.CommandRow) -> str:
    name = str(ACTIONS.get(row.action, row.action))
    detail = row.payload.get("key") or row.payload.get("message") or row.payload.get("vendor_id") if isinstance(row.payload, dict) else None
    return f"{name}: {detail}" if detail else name


def _link(charge_point: ChargePoint) -> Any:
    return getattr(charge_point.station, "link", None) if charge_point.station else None


def _facts(charge_point: ChargePoint) -> list[tuple[str, object]]:
    model = charge_point.model
    place = charge_point if charge_point.address1 or charge_point.city else charge_point.site
    return [
        (_("EVSE id"), charge_point.evse_id),
        (_("Model"), f"{model.brand.name} {model.name}" if model else None),
        (_("Power"), formats.power(charge_point.max_w)),
        (_("Current"), charge_point.type.upper()),
        (_("Who may charge"), _("Everyone") if charge_point.visibility == "public" else _("Members of the team")),
        (_("Public price"), _("Free") if charge_point.is_free else charge_point.price_group.name if charge_point.price_group else None),
        (_("Site"), charge_point.site.name if charge_point.site else None),
        (_("Address"), ", ".join(filter(None, [place.address1, f"{place.zip_code} {place.city}".strip()])) if place else None),
        (_("Team"), charge_point.team.name),
        (_("Operator"), charge_point.operator.name),
        (_("Onboarded"), charge_point.active_at),
        (_("Last meter reading"), formats.energy(charge_point.last_meter_wh)),
        (_("Note"), charge_point.note),
    ]


def _station_facts(charge_point: ChargePoint) -> list[tuple[str, object]]:
    station = charge_point.station
    if station is None:
        return []
    return [
        (_("Identity"), station.identity),
        (_("Connector"), charge_point.number),
        (_("Protocol"), PROTOCOLS.get(station.protocol, station.protocol)),
        (_("Reported as"), " ".join(filter(None, [station.reported_vendor, station.reported_model]))),
        (_("Serial number"), station.serial_number),
        (_("Firmware"), station.firmware_version),
        (_("Last started"), station.booted_at),
    ]


def _moment(row: Any) -> dict[str, object]:
    shown = state("charge_point", row.state)
    length = formats.duration((row.until_at - row.from_at).total_seconds()) if row.until_at else _("now")
    cause = _(row.cause) if row.cause in CAUSES else row.cause
    return {"at": row.from_at, "text": shown.word, "detail": f"{cause} · {length}", "tone": shown.tone, "icon": shown.icon}
